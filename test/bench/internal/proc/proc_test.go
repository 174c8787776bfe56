package proc

import (
	"os"
	"os/exec"
	"slices"
	"testing"
)

func TestReadOfOurselves(t *testing.T) {
	u := Read(os.Getpid())
	if u.RSS == 0 || u.Threads == 0 || u.FDs < 3 || u.Switches == 0 {
		t.Errorf("we use %+v", u)
	}
	if CPU(os.Getpid()) <= 0 {
		t.Error("we have used no processor time")
	}
	if Read(1<<30).Threads != 0 || Alive(1<<30) {
		t.Error("a process that cannot exist does")
	}
}

func TestChildrenAndEnvironment(t *testing.T) {
	cmd := exec.Command("cat")
	cmd.Env = []string{"BENCH_TEST_MARK=" + t.Name()}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	if !slices.Contains(Children(os.Getpid()), pid) || !Alive(pid) {
		t.Error("our child is not among our children")
	}
	if got := WithEnv("BENCH_TEST_MARK=" + t.Name()); !slices.Equal(got, []int{pid}) {
		t.Errorf("the processes with the mark are %v, not %d", got, pid)
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if Alive(pid) {
		t.Error("our child lives on")
	}
}
