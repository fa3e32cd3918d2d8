"""Ports: the wanted one when it is free, the next one when not, and never one that two runs share."""

import os
import socket

import pytest

from sandbox.stack.ports import LOOPBACK, Ports
from sandbox.stack.stack_config import wanted_ports
from tests.sandbox.checkouts import Where, checkout_in


def test_a_free_port_is_used_as_wanted() -> None:
    port = a_free_port()
    said: list[str] = []

    assert Ports(said.append).choose("gateway", port) == port
    assert said == []


def test_a_taken_port_is_moved_aside_and_said() -> None:
    said: list[str] = []
    with socket.create_server((LOOPBACK, a_free_port())) as taken:
        port = taken.getsockname()[1]
        chosen = Ports(said.append).choose("gateway", port)

    assert chosen > port
    assert said == [f"port {port} for gateway is taken; using {chosen} instead"]


def test_two_runs_are_never_given_the_same_port() -> None:
    one, two = Ports(), Ports()
    port = one.choose("gateway")

    assert two.choose("gateway", port) != port
    one.release()
    assert Ports().choose("gateway", port) == port


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a command as another user")
def test_two_users_are_never_given_the_same_port() -> None:
    ports = Ports()
    reserved = ports.choose("gateway")
    with checkout_in(Where(name="user, open directory")) as checkout:
        python = checkout.python()
        checkout.add_packages("psycopg", "typing_extensions.py", "pika")
        ask = f"from sandbox.stack.ports import Ports; print(Ports().choose('gateway', {reserved}))"

        while_reserved = checkout.run([python, "-c", ask])
        ports.release()
        afterwards = checkout.run([python, "-c", ask])

    assert int(while_reserved.stdout) > reserved
    assert int(afterwards.stdout) == reserved


def test_the_environment_names_ports() -> None:
    assert wanted_ports({"GATEWAY_PORT": "9090"})["GATEWAY_PORT"] == 9090
    assert wanted_ports({"GATEWAY_PORT": ""})["GATEWAY_PORT"] == 8080
    with pytest.raises(SystemExit, match="not a number"):
        wanted_ports({"GATEWAY_PORT": "http"})


def a_free_port() -> int:
    ports = Ports()
    try:
        return ports.choose("test")
    finally:
        ports.release()
