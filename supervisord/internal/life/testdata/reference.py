"""Drives the reference's own Subprocess class under a fake clock.

Reads one history per line (JSON) and answers each with one line: for every
event, what was notified, logged and killed, in order, and the process
afterwards. Nothing is forked and no signal is sent.
"""
import errno
import json
import sys
from fractions import Fraction

from supervisor import events, options, process
from supervisor.datatypes import RestartUnconditionally, RestartWhenExitUnexpected
from supervisor.states import getProcessStateDescription

NS = 10 ** 9


class Clock:
    now = 0  # nanoseconds

    def time(self):
        return Fraction(self.now, NS)


class World:
    """What the reference sees as its options object, and what it did to it."""

    def __init__(self):
        self.mood = 1
        self.done = []
        self.pidhistory = {}
        self.spawn_ok = True
        self.kill_ok = True
        self.pid = 0
        self.logger = self

    def say(self, level, text):
        self.done.append('%s: %s' % (level, text.split('\n')[0]))

    def info(self, text):
        self.say('info', text)

    def warn(self, text):
        self.say('warn', text)

    def debug(self, text):
        self.say('debug', text)

    def critical(self, text):
        self.say('crit', text)

    def fork(self):
        return self.pid

    def close_child_pipes(self, pipes):
        pass

    def close_parent_pipes(self, pipes):
        pass

    def kill(self, pid, sig):
        if not self.kill_ok:
            raise OSError(errno.EPERM, 'Operation not permitted')
        self.done.append('kill %d %d' % (pid, sig))

    def notified(self, event):
        self.done.append('%s %s' % (events.getEventNameByType(event.__class__), event.payload()))


class Config:
    name = 'p'
    autostart = False

    def __init__(self, world, policy):
        self.options = world
        self.__dict__.update(policy)
        self.autorestart = [False, RestartWhenExitUnexpected, RestartUnconditionally][policy['autorestart']]

    def make_dispatchers(self, proc):
        return {}, {}


class Group:
    class config:
        name = 'g'


class Subprocess(process.Subprocess):
    def get_execv_args(self):
        if not self.config.options.spawn_ok:
            raise process.ProcessException('cannot spawn')
        return 'file', ['arg']


def settle(proc, clock):
    """Turn the reference's loop until nothing can happen any more."""
    for _ in range(6):
        proc.transition()
        clock.now += 1  # startsecs=0 needs a clock that has moved


def happen(proc, world, event):
    kind = event['kind']
    world.spawn_ok = event['spawn_ok']
    world.kill_ok = event['kill_ok']
    world.pid = event['pid']
    if event['shutdown']:
        world.mood = -1
    if kind == 'start':
        proc.spawn()
    elif kind == 'stop':
        if event['shutdown'] and proc.state == process.ProcessStates.BACKOFF:
            proc.give_up()
        else:
            proc.stop()
    elif kind == 'exit':
        proc.finish(proc.pid, event['status'])


def nanoseconds(when):
    return int(Fraction(when) * NS)


def run(history, clock):
    world = World()
    proc = Subprocess(Config(world, history['policy']))
    proc.group = Group
    events.clear()
    events.subscribe(events.Event, world.notified)
    answers = []
    for event in history['events']:
        clock.now = event['now']
        world.done = []
        happen(proc, world, event)
        settle(proc, clock)
        answers.append({
            'done': world.done, 'state': getProcessStateDescription(proc.state), 'pid': proc.pid,
            'tries': proc.backoff, 'killing': proc.killing, 'spawnerr': proc.spawnerr or '',
            'exitstatus': proc.exitstatus, 'started': nanoseconds(proc.laststart),
            'ended': nanoseconds(proc.laststop), 'delay': nanoseconds(proc.delay),
        })
    return answers


def main():
    clock = Clock()
    process.time = clock
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line), clock)) + '\n')
        sys.stdout.flush()


main()
