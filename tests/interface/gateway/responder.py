"""A service reduced to its wire: answers nameko's RPC protocol as a test orders, without the chassis."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pika

Answer = dict[str, Any] | None


class Responder:
    """Consumes one service's asks. `answer(method, kwargs, properties)` gives `{"result"}` or `{"error"}`, or None."""

    def __init__(self, url: str, service: str, answer: Callable[[str, dict[str, Any], Any], Answer]) -> None:
        self._service = service
        self._answer = answer
        self._connection = pika.BlockingConnection(pika.URLParameters(url))
        self._channel = self._connection.channel()
        queue = f"asks.{service}.responder"
        self._channel.queue_declare(queue, exclusive=True)
        self._channel.basic_consume(queue, self._on_ask)
        self._channel.queue_bind(queue, f"{service}.asks", "1")
        self.asks: list[Any] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._stopping = False

    def __enter__(self) -> "Responder":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        self._thread.join(5)

    def publish(self, exchange: str, key: str, body: bytes) -> None:
        self._connection.add_callback_threadsafe(lambda: self._channel.basic_publish(exchange, key, body))

    def _serve(self) -> None:
        try:
            while not self._stopping:
                self._connection.process_data_events(time_limit=0.1)
            self._connection.close()
        except pika.exceptions.AMQPError:
            pass

    def _on_ask(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        kwargs = json.loads(body)["kwargs"]
        self.asks.append((method.routing_key, kwargs, properties))
        channel.basic_ack(method.delivery_tag)
        answer = self._answer(method.routing_key.split(".", 1)[1], kwargs, properties)
        if answer is None:
            return
        headers = answer.pop("headers", None)
        reply_properties = pika.BasicProperties(correlation_id=properties.correlation_id, headers=headers)
        whole = {"result": None, "error": None, **answer}
        asker = properties.reply_to.split(".")[1]
        channel.basic_publish(f"{asker}.replies", properties.reply_to, json.dumps(whole).encode(), reply_properties)
