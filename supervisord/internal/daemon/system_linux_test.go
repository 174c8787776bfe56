package daemon

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/supervisord/internal/account"
)

func init() {
	roles["become"] = func() {
		uid, _ := strconv.Atoi(os.Getenv("UID_WANTED"))
		critical, info, err := Become(uid, account.NewBook())
		var refusal Refusal
		fmt.Printf("%s|%s|%v|%v\n", critical, info, err, errors.As(err, &refusal))
		fmt.Println(strings.Join(threads(), "\n"))
	}
	roles["limits"] = func() {
		minfds, _ := strconv.Atoi(os.Getenv("MINFDS"))
		minprocs, _ := strconv.Atoi(os.Getenv("MINPROCS"))
		infos, err := RaiseLimits(minfds, minprocs)
		fmt.Printf("%q %v\n", infos, err)
		runShell("ulimit -S -n; ulimit -H -n")
	}
	roles["seal"] = func() {
		fd, err := syscall.Open("/dev/null", syscall.O_RDONLY, 0) // without O_CLOEXEC
		if err != nil {
			panic(err)
		}
		SealDescriptors()
		if _, err := syscall.Read(fd, make([]byte, 1)); err != nil {
			panic("the descriptor was closed here")
		}
		runShell("ls /proc/self/fd")
	}
}

// runShell runs a script as the daemon runs its children, not as os/exec does.
func runShell(script string) {
	pid, err := syscall.ForkExec("/bin/sh", []string{"sh", "-c", script}, &syscall.ProcAttr{
		Env: []string{"PATH=/usr/bin:/bin"}, Files: []uintptr{0, 1, 2},
	})
	if err != nil {
		panic(err)
	}
	syscall.Wait4(pid, nil, 0, nil)
}

// threads returns, without repetition, what the threads of this process run as.
func threads() []string {
	var all []string
	tasks, _ := filepath.Glob("/proc/self/task/*/status")
	for _, task := range tasks {
		text, _ := os.ReadFile(task)
		var ids []string
		for line := range strings.Lines(string(text)) {
			if key, ids2, _ := strings.Cut(line, ":"); key == "Uid" || key == "Gid" || key == "Groups" {
				ids = append(ids, key+" "+strings.Join(strings.Fields(ids2), " "))
			}
		}
		all = append(all, strings.Join(ids, ", "))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

const (
	rootThread   = "Uid 0 0 0 0, Gid 0 0 0 0, Groups 0"
	nobodyThread = "Uid 65534 65534 65534 65534, Gid 65534 65534 65534 65534, Groups 65534"
)

func TestBecome(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	for uid, want := range map[int]string{
		-1:      runsAsRoot + "||<nil>|false\n",
		0:       "|Set uid to user 0 succeeded|<nil>|false\n",
		nobody:  "|Set uid to user 65534 succeeded|<nil>|false\n" + nobodyThread + "\n",
		3999999: "||Can't find uid 3999999|true\n",
	} {
		got := output(t, play(t, "become", "", fmt.Sprintf("UID_WANTED=%d", uid)))
		if !strings.HasPrefix(got, want) || uid == nobody && got != want {
			t.Errorf("uid %d: %q, want %q", uid, got, want)
		}
	}
}

func TestBecomeUnprivileged(t *testing.T) {
	nobodys := "Uid 65534 65534 65534 65534, Gid 65534 65534 65534 65534, Groups \n"
	for uid, want := range map[int]string{
		-1:     "||<nil>|false\n" + nobodys,
		0:      "||Can't drop privilege as nonroot user|true\n" + nobodys,
		nobody: "|Set uid to user 65534 succeeded|<nil>|false\n" + nobodys,
	} {
		got := output(t, playAsNobody(t, "become", "", fmt.Sprintf("UID_WANTED=%d", uid)))
		if got != want {
			t.Errorf("uid %d: %q, want %q", uid, got, want)
		}
	}
}

func TestBecomeWithoutTheRightTo(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	for lost, want := range map[string]string{
		"-setgid": "||Could not set groups of effective user|true\n",
		"-setuid": "||Could not set user id of effective user: operation not permitted|true\n",
	} {
		drop := `[ "$DROPPED" ] || DROPPED=1 exec setpriv --bounding-set ` + lost + ` --inh-caps ` + lost + ` "$0" "$@"`
		got := output(t, play(t, "become", drop, "UID_WANTED=65534"))
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", lost, got, want)
		}
	}
}

func TestRaiseLimits(t *testing.T) {
	for _, c := range []struct {
		name, shell, minfds, minprocs, want string
	}{
		{"enough", "ulimit -S -n 300; ulimit -H -n 900", "300", "1", "[] <nil>\n300\n900\n"},
		{"raised", "ulimit -S -n 300; ulimit -H -n 900", "500", "1", "[\"Increased RLIMIT_NOFILE limit to 500\"] <nil>\n500\n900\n"},
		{"to the hard limit", "ulimit -S -n 300; ulimit -H -n 900", "900", "1", "[\"Increased RLIMIT_NOFILE limit to 900\"] <nil>\n900\n900\n"},
		{"too much", "ulimit -S -n 300; ulimit -H -n 900", "901", "1", "[] " + fmt.Sprintf(tooFewFiles, 901, 900) + "\n"},
		{"no minimum", "ulimit -S -n 300; ulimit -H -n 900", "0", "-1", "[] <nil>\n300\n900\n"},
		{"too many processes", "ulimit -S -n 300; ulimit -H -n 900", "1", "2000000000",
			"[] The minimum number of available processes required to run this program is 2000000000 as per the \"minprocs\" "},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := output(t, playAsNobody(t, "limits", c.shell, "MINFDS="+c.minfds, "MINPROCS="+c.minprocs))
			if !strings.HasPrefix(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestSealDescriptors(t *testing.T) {
	got := output(t, play(t, "seal", "exec 7</dev/null"))
	if got != "0\n1\n2\n3\n" { // 3 is the directory that ls reads
		t.Errorf("a child has descriptors %q", got)
	}
}

func TestSpareThreadsStay(t *testing.T) {
	count := func() int {
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			t.Fatal(err)
		}
		return len(tasks)
	}
	n := count() + 5
	SpareThreads(n)
	if now := count(); now < n {
		t.Errorf("%d threads, want %d", now, n)
	}
}
