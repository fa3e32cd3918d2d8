"""How long a process waits for a silent peer, and for a piece of work. All values are in seconds.

A connection is silent when the peer neither answers nor closes the connection, as after a network fault. Each limit
ends one kind of wait, so that a process works again within 20 seconds after a connection has become silent.
"""

# TCP, on every connection: the kernel ends a connection whose peer's kernel acknowledges nothing.
KEEPALIVE_IDLE = 5
KEEPALIVE_INTERVAL = 2
KEEPALIVE_COUNT = 3
UNACKNOWLEDGED_DATA = 8

# The broker: pika ends a connection on which nothing arrived for twice (HEARTBEAT + 5) s, RabbitMQ after 3 × HEARTBEAT.
# A command sends no heartbeat while it waits for something else, so its heartbeat is longer.
# A node that is tried while others are left to try has less time to answer a connection.
BROKER_ANSWER = 10
BROKER_ANSWER_OF_ONE_OF_SEVERAL = 4
HEARTBEAT = 4
HEARTBEAT_OF_COMMANDS = 10
CONFIRMS = 10

# The database. The server's limits are shorter than the client's, so that the usual end of a slow statement is an error
# on a connection that stays usable.
CONNECT = 5
LOCK = 4
STATEMENT = 8
ANSWER = 9
IDLE_IN_TRANSACTION = 10
LISTEN_CHECK = 5

# Work. An ask ends some time after its caller's deadline; jobs and timers call providers that may be slow.
BATCH = 15
ASK_WITHOUT_DEADLINE = 60
AFTER_THE_ASKS_DEADLINE = 10
JOB = 120
TIMER = 120

# A batch that takes longer than this makes its process not ready, and so does an outbox that nobody publishes.
READY_BATCH = 10
READY_OUTBOX = 20
