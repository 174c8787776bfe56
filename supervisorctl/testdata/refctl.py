"""Runs the reference's supervisorctl again and again in forks of one process.

A request is a JSON line {"argv": [...], "stdin": TEXT, "dir": PATH}, the answer
a JSON line {"out": TEXT, "err": TEXT, "status": N}.
"""
import json, os, sys, tempfile, traceback
import supervisor.supervisorctl, supervisor.options, supervisor.rpcinterface


def child(req, files):
    os.chdir(req["dir"])
    for fd, f in enumerate(files):
        os.dup2(f.fileno(), fd)
    sys.argv = req["argv"]
    status = 0
    try:
        supervisor.supervisorctl.main()
    except SystemExit as e:
        status = e.code if isinstance(e.code, int) else 0 if e.code is None else 1
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def run(req):
    files = [tempfile.TemporaryFile() for _ in range(3)]
    files[0].write(req["stdin"].encode())
    files[0].seek(0)
    pid = os.fork()
    if pid == 0:
        child(req, files)
    _, status = os.waitpid(pid, 0)
    texts = []
    for f in files[1:]:
        f.seek(0)
        texts.append(f.read().decode("utf-8", "replace"))
        f.close()
    return {"out": texts[0], "err": texts[1], "status": os.waitstatus_to_exitcode(status)}


requests = os.fdopen(os.dup(0), "r")
answers = os.fdopen(os.dup(1), "w")
devnull = os.open(os.devnull, os.O_RDWR)
os.dup2(devnull, 0)
os.dup2(devnull, 1)
for line in requests:
    print(json.dumps(run(json.loads(line))), file=answers, flush=True)
