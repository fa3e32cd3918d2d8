# syntax=docker/dockerfile:1
# One recipe for every deployable: `--target` says what kind it is, `DEPLOYABLE` whose locked packages it gets.
#   docker build --target service --build-arg DEPLOYABLE=bookings .    (payments, rooms, notifier alike)
#   docker build --target relay --build-arg DEPLOYABLE=relay .         (gateway, cli, sandbox alike)
#   docker build --target migrate --build-arg DEPLOYABLE=bookings .
ARG PYTHON_IMAGE=python:3.11-slim

FROM ${PYTHON_IMAGE} AS packages
ARG DEPLOYABLE
WORKDIR /build
COPY requirements/${DEPLOYABLE}.txt requirements.txt
RUN python -m venv /venv \
    && /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps \
        -r requirements.txt \
    && /venv/bin/python -m pip uninstall --yes --quiet --disable-pip-version-check pip

FROM ${PYTHON_IMAGE} AS runtime
ARG DEPLOYABLE
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DEPLOYABLE=${DEPLOYABLE}
RUN groupadd --system --gid 10001 hotelmate \
    && useradd --system --uid 10001 --gid hotelmate --no-create-home --shell /usr/sbin/nologin hotelmate
WORKDIR /app
COPY deploy/healthy.py /usr/local/lib/healthy.py
COPY --from=packages /venv /venv

FROM runtime AS product
COPY contracts contracts
COPY chassis chassis
USER 10001:10001

FROM product AS relay
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "/usr/local/lib/healthy.py", "broker"]
ENTRYPOINT ["python", "-m", "chassis.messaging.relay"]
CMD ["bookings", "payments", "rooms", "notifier"]

FROM product AS gateway
COPY gateway gateway
ENV GATEWAY_HOST=0.0.0.0 \
    GATEWAY_PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "/usr/local/lib/healthy.py", "gateway"]
ENTRYPOINT ["python", "-m", "gateway"]

FROM product AS migrate
COPY services services
COPY gateway/__init__.py gateway/__init__.py
COPY gateway/identity gateway/identity
COPY gateway/migrations gateway/migrations
USER 0:0
RUN install --directory --owner=hotelmate --group=hotelmate /definitions
USER 10001:10001
HEALTHCHECK NONE
ENTRYPOINT ["python", "-m", "chassis.transactions.migrate"]
CMD ["bookings", "payments", "rooms", "notifier", "gateway"]

FROM product AS cli
COPY services services
COPY gateway/__init__.py gateway/__init__.py
COPY gateway/identity gateway/identity
COPY hotelmate hotelmate
HEALTHCHECK NONE
ENTRYPOINT ["python", "-m", "hotelmate"]

FROM runtime AS sandbox
COPY sandbox sandbox
USER 10001:10001
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s CMD ["python", "/usr/local/lib/healthy.py", "listening"]
ENTRYPOINT ["python", "-m"]
CMD ["sandbox.mailbox", "--host", "0.0.0.0", "--smtp-port", "8025", "--http-port", "8083"]

# Last, for builders that go through all stages before the wanted one: no other has a folder of its deployable's name.
FROM product AS service
ARG DEPLOYABLE
COPY services/__init__.py services/__init__.py
COPY services/${DEPLOYABLE} services/${DEPLOYABLE}
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "/usr/local/lib/healthy.py", "broker"]
ENTRYPOINT ["sh", "-c", "exec python -m chassis.hosting.run \"$DEPLOYABLE\""]
