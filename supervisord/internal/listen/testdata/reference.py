"""Drives the reference's own listener pool and dispatcher, without processes.

Reads one history per line (JSON), answers each with one line: for every action
what was sent and logged, and the states and the buffer afterwards.
"""
import base64
import errno
import json
import sys

from supervisor import dispatchers, events, process
from supervisor.states import ProcessStates, getEventListenerStateDescription


class Holder:
    def __init__(self, **fields):
        self.__dict__.update(fields)


class Options:
    identifier = 'supervisor'
    strip_ansi = False

    def __init__(self):
        self.logger = self
        self.done = []
        self.data = b''

    def readfd(self, fd):
        return self.data

    def info(self, text):
        self.done.append(text)

    warn = error = info

    def debug(self, text):
        if text.startswith(('rebuffering', 'epipe')) or ' output:\n' in text:
            return  # the reference repeats these on every turn of its loop
        self.done.append(text)


class Listener:
    """A process of the pool; what it is sent goes nowhere."""

    listener_state = None
    event = None
    state = ProcessStates.STOPPED
    deaf = False
    priority = 999

    def __init__(self, name, options, group):
        self.config = Holder(name=name, options=options, stdout_logfile=None)
        self.group = group
        self.pid = 1

    def write(self, data):
        if self.deaf:
            raise OSError(errno.EPIPE, 'Broken pipe')
        self.config.options.done.append('send %s %s' % (self.config.name, data.decode('utf-8')))

    def transition(self):
        pass


class Pool(process.EventListenerPool):
    """The reference's pool, except that events that come back go where their
    age puts them; see the package's documentation."""

    def __init__(self, name, listeners, buffer_size, options):
        self.config = Holder(name=name, options=options, buffer_size=buffer_size, pool_events=[events.Event],
                             result_handler=dispatchers.default_handler, priority=999)
        self.processes = {}
        for i in range(listeners):
            listener = Listener('l%d' % i, options, self)
            self.processes[listener.config.name] = listener
        self.event_buffer = []
        self.serial = -1
        self.last_dispatch = 0
        self.dispatch_throttle = 0
        self._subscribe()

    def _acceptEvent(self, event, head=False):
        process.EventListenerPool._acceptEvent(self, event, head)
        self.event_buffer.sort(key=lambda e: e.pool_serials[self.config.name])




def act(action, pool, options, outputs):
    listener = pool.processes['l%d' % action['listener']]
    kind = action['kind']
    if kind == 'offer':
        events.notify(events.Tick5Event(action['n'], None))
    elif kind == 'started':
        listener.deaf = False
        listener.state = ProcessStates.STARTING
        outputs[listener] = dispatchers.PEventListenerDispatcher(listener, 'stdout', 1)
    elif kind == 'running':
        listener.state = ProcessStates.RUNNING if action['n'] else ProcessStates.STOPPING
    elif kind == 'deaf':
        listener.deaf = True
    elif kind == 'feed':
        options.data = base64.b64decode(action['data'])
        outputs[listener].handle_read_event()
    elif kind == 'gone':
        listener.state = ProcessStates.EXITED
        del outputs[listener]
        listener.listener_state = None
        if listener.event is not None:
            events.notify(events.EventRejectedEvent(listener, listener.event))
            listener.event = None
    pool.transition()


def run(history):
    process.GlobalSerial.serial = -1
    events.clear()
    options = Options()
    pool = Pool('pool', history['listeners'], history['buffer_size'], options)
    outputs = {}
    answers = []
    for action in history['actions']:
        options.done = []
        act(action, pool, options, outputs)
        answers.append({
            'done': options.done,
            'states': [getEventListenerStateDescription(p.listener_state) or '' for p in pool.processes.values()],
            'waiting': [e.pool_serials['pool'] for e in pool.event_buffer],
        })
    return answers


for line in sys.stdin:
    sys.stdout.write(json.dumps(run(json.loads(line))) + '\n')
    sys.stdout.flush()
