"""What happened to one booking, and why: gathered from every service, woven into one causal timeline."""

from hotelmate.story.gathering import Gathered, gather
from hotelmate.story.happening import Happening, Kind
from hotelmate.story.requests import in_full, noted_requests
from hotelmate.story.showing import as_json, show
from hotelmate.story.weaving import Line, weave

__all__ = ["Gathered", "Happening", "Kind", "Line", "as_json", "gather", "in_full", "noted_requests", "show", "weave"]
