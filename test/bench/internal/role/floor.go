package role

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// sleeper is the child of every fleet.
var sleeper = []string{"/bin/sleep", "1000000"}

func fork(argv []string) (int, error) {
	return syscall.ForkExec(argv[0], argv, &syscall.ProcAttr{
		Env: os.Environ(), Files: []uintptr{0, 1, 2}, Sys: &syscall.SysProcAttr{Setpgid: true},
	})
}

// floorFleet forks n sleepers and says "started". On SIGUSR1 it kills and waits
// for all and says "stopped"; on SIGUSR2 it starts them again; on SIGTERM it
// kills, waits and ends.
func floorFleet(n int) error {
	signals := make(chan os.Signal, 10)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGTERM)
	pids := make([]int, 0, n)
	start := func() error {
		for range n {
			pid, err := fork(sleeper)
			if err != nil {
				return err
			}
			pids = append(pids, pid)
		}
		fmt.Println("started")
		return nil
	}
	stop := func() {
		for _, p := range pids {
			syscall.Kill(p, syscall.SIGTERM)
		}
		for range pids {
			var ws syscall.WaitStatus
			for {
				if _, err := syscall.Wait4(-1, &ws, 0, nil); err != syscall.EINTR {
					break
				}
			}
		}
		pids = pids[:0]
	}
	if err := start(); err != nil {
		return err
	}
	for sig := range signals {
		stop()
		switch sig {
		case syscall.SIGTERM:
			return nil
		case syscall.SIGUSR2:
			if err := start(); err != nil {
				return err
			}
		default:
			fmt.Println("stopped")
		}
	}
	return nil
}

// floorRespawn keeps one sleeper alive.
func floorRespawn() error {
	for {
		if _, err := fork(sleeper); err != nil {
			return err
		}
		var ws syscall.WaitStatus
		for {
			if _, err := syscall.Wait4(-1, &ws, 0, nil); err != syscall.EINTR {
				break
			}
		}
	}
}

// floorChurn keeps n short-lived children going and notes each spawn as a byte
// on its standard output.
func floorChurn(n int) error {
	truth := []string{"/bin/true"}
	var count [4096]byte
	pending := 0
	for range n {
		if _, err := fork(truth); err != nil {
			return err
		}
		pending++
	}
	for {
		var ws syscall.WaitStatus
		if _, err := syscall.Wait4(-1, &ws, 0, nil); err == syscall.EINTR {
			continue
		}
		if _, err := fork(truth); err != nil {
			return err
		}
		pending++
		if pending >= 50 {
			if _, err := os.Stdout.Write(count[:pending]); err != nil {
				return err
			}
			pending = 0
		}
	}
}
