package spawn

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// Fork and exec in one go reports a bare error number: it does not say whether
// it was the user, the directory or the program that failed. Supervisor's
// users find that in the stderr log, written by the child, whose exit status
// is then 127. So when the quick way fails, a child of this same binary goes
// the way again step by step, on the same pipes, and says what is wrong. It is
// a real child: it has a pid, it exits, it is reaped.

// The instructions travel in environment variables, which the careful child
// takes away before it runs the program.
const (
	carefulPrefix = "_SUPERVISORD_CHILD_"
	carefulDo     = carefulPrefix + "DO" // "run" or "say"
	carefulText   = carefulPrefix + "TEXT"
	carefulFile   = carefulPrefix + "FILE"
	carefulDir    = carefulPrefix + "DIR"
	carefulUmask  = carefulPrefix + "UMASK"
	carefulUser   = carefulPrefix + "USER" // uid,gid,group...
)

// notSpawned is the last line of a child that could not become its program.
const notSpawned = "supervisor: child process was not spawned\n"

// init turns this process into a careful child if it was started as one,
// before anything else of the program runs.
func init() {
	switch what, _ := syscall.Getenv(carefulDo); what {
	case "run":
		runCarefully()
	case "say":
		text, _ := syscall.Getenv(carefulText)
		die(text)
	}
}

// forkCarefully makes a careful child after the quick way failed with cause.
// Its error means that not even that was possible.
func (s *Spawner) forkCarefully(j *job, cause error) (int, error) {
	switch {
	case errors.Is(cause, syscall.EMFILE), errors.Is(cause, syscall.ENFILE):
		return 0, cause // the failure is ours, not the child's
	case errors.Is(cause, syscall.EBADF):
		// So says dup(2) between fork and exec where the last free descriptor is in
		// use already.
		return 0, syscall.EMFILE
	case j.refusal != "":
		return s.forkSay(j, j.refusal)
	case errors.Is(cause, syscall.E2BIG), errors.Is(cause, syscall.EINVAL):
		return s.forkSay(j, couldntExec(j, cause))
	}
	pid, err := s.forkSelf(j, append(j.instructions(), j.env...), j.argv)
	if errors.Is(err, syscall.E2BIG) {
		return s.forkSay(j, couldntExec(j, err))
	}
	if err != nil {
		return s.fallBack(j, err, couldntExec(j, cause))
	}
	return pid, nil
}

// forkSay makes a child that only says why it is not the program.
func (s *Spawner) forkSay(j *job, why string) (int, error) {
	pid, err := s.forkSelf(j, []string{carefulDo + "=say", carefulText + "=" + why}, []string{"supervisord"})
	if err != nil {
		return s.fallBack(j, err, why)
	}
	return pid, nil
}

// fallBack decides what it means that this very binary could not be started: a
// lack of processes or memory is the cause of it all; anything else hides the
// cause, which then goes to the log from here.
func (s *Spawner) fallBack(j *job, err error, why string) (int, error) {
	switch {
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.ENOMEM), errors.Is(err, syscall.EMFILE):
		return 0, err
	}
	j.conn.WriteStderr([]byte("supervisor: " + why + "\n" + notSpawned))
	return 0, &unsaidError{why}
}

// unsaidError is a reason that no child could be made to say.
type unsaidError struct{ why string }

func (e *unsaidError) Error() string { return e.why }

// forkSelf starts this binary with the streams of j.
func (s *Spawner) forkSelf(j *job, env, argv []string) (int, error) {
	s.thread.setUmask(-1)
	return syscall.ForkExec(ownBinary(), argv, &syscall.ProcAttr{
		Env: env, Files: j.files, Sys: &syscall.SysProcAttr{Setpgid: true},
	})
}

// ownBinary names this program, even after its file was replaced.
func ownBinary() string {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe"
	}
	exe, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return exe
}

func couldntExec(j *job, err error) string {
	return "couldn't exec " + j.argv[0] + ": " + errnoName(err)
}

func (j *job) instructions() []string {
	do := []string{carefulDo + "=run", carefulFile + "=" + j.file, carefulUmask + "=" + strconv.Itoa(j.umask)}
	if j.dir != "" {
		do = append(do, carefulDir+"="+j.dir)
	}
	if j.cred != nil {
		ids := fmt.Sprintf("%d,%d", j.cred.Uid, j.cred.Gid)
		for _, g := range j.cred.Groups {
			ids += "," + strconv.FormatUint(uint64(g), 10)
		}
		do = append(do, carefulUser+"="+ids)
	}
	return do
}

// runCarefully is the child's side: it becomes the program or ends with status
// 127.
func runCarefully() {
	if ids, ok := syscall.Getenv(carefulUser); ok {
		if err := becomeUser(ids); err != nil {
			die(err.Error())
		}
	}
	if dir, ok := syscall.Getenv(carefulDir); ok {
		if err := syscall.Chdir(dir); err != nil {
			die("couldn't chdir to " + dir + ": " + errnoName(err))
		}
	}
	umask, _ := syscall.Getenv(carefulUmask)
	if m, err := strconv.Atoi(umask); err == nil && m >= 0 {
		syscall.Umask(m)
	}
	file, _ := syscall.Getenv(carefulFile)
	err := syscall.Exec(file, os.Args, withoutInstructions(os.Environ()))
	die("couldn't exec " + os.Args[0] + ": " + errnoName(err))
}

func becomeUser(list string) error {
	var ids []int
	for _, f := range strings.Split(list, ",") {
		id, err := strconv.Atoi(f)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	refused := func(msg string) error { return fmt.Errorf("couldn't setuid to %d: %s", ids[0], msg) }
	if err := syscall.Setgroups(ids[2:]); err != nil {
		return refused("Could not set groups of effective user")
	}
	if err := syscall.Setgid(ids[1]); err != nil {
		return refused("Could not set group id of effective user")
	}
	if err := syscall.Setuid(ids[0]); err != nil {
		return refused(errnoName(err))
	}
	return nil
}

func withoutInstructions(environ []string) []string {
	kept := environ[:0]
	for _, kv := range environ {
		if !strings.HasPrefix(kv, carefulPrefix) {
			kept = append(kept, kv)
		}
	}
	return kept
}

// die says why on stderr, which is the log, and ends as a failed spawn does.
func die(why string) {
	syscall.Write(2, []byte("supervisor: "+why+"\n"+notSpawned))
	os.Exit(127)
}
