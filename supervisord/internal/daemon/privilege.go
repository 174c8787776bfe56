package daemon

import (
	"fmt"
	"os"
	"syscall"

	"github.com/supervisor-go/supervisor/supervisord/internal/account"
)

// runsAsRoot is the warning for a daemon that is root without having been told
// to be.
const runsAsRoot = "Supervisor is running as root.  Privileges were not dropped because no user is " +
	"specified in the config file.  If you intend to run as root, you can set user=root in the config file " +
	"to avoid this message."

// Become makes the whole process, every thread of it, run as the user of the
// given uid with all the user's groups; uid -1 means that no user= is set. It
// returns what the activity log is to hear: critical or info or neither. The
// error is a Refusal; the program must then not go on.
func Become(uid int, accounts *account.Book) (critical, info string, err error) {
	if uid < 0 {
		if os.Getuid() == 0 {
			critical = runsAsRoot
		}
		return critical, "", nil
	}
	if err := drop(uid, accounts); err != nil {
		return "", "", err
	}
	return "", fmt.Sprintf("Set uid to user %d succeeded", uid), nil
}

func drop(uid int, accounts *account.Book) error {
	a, err := accounts.ByID(uid)
	switch {
	case err != nil:
		return Refusal(fmt.Sprintf("Can't find uid %d", uid))
	case os.Getuid() == uid:
		return nil // nothing to give up
	case os.Getuid() != 0:
		return Refusal("Can't drop privilege as nonroot user")
	}
	if syscall.Setgroups(a.Groups) != nil {
		return Refusal("Could not set groups of effective user")
	}
	if syscall.Setgid(a.GID) != nil {
		return Refusal("Could not set group id of effective user")
	}
	if err := syscall.Setuid(uid); err != nil {
		return Refusal(fmt.Sprintf("Could not set user id of effective user: %v", err))
	}
	return verify(a)
}

// verify does not trust the system's word that nothing of root is left.
func verify(a account.Account) error {
	if os.Getuid() != a.UID || os.Geteuid() != a.UID || os.Getgid() != a.GID || os.Getegid() != a.GID {
		return Refusal(fmt.Sprintf("Could not become user %d: the system says we still are uid %d/%d, gid %d/%d",
			a.UID, os.Getuid(), os.Geteuid(), os.Getgid(), os.Getegid()))
	}
	allowed := map[int]bool{}
	for _, g := range a.Groups {
		allowed[g] = true
	}
	groups, err := os.Getgroups()
	if err != nil {
		return Refusal(fmt.Sprintf("Could not become user %d: %v", a.UID, err))
	}
	for _, g := range groups {
		if !allowed[g] {
			return Refusal(fmt.Sprintf("Could not become user %d: we still are in group %d", a.UID, g))
		}
	}
	if a.UID != 0 && syscall.Setuid(0) == nil {
		return Refusal(fmt.Sprintf("Could not become user %d for good: root can be had back", a.UID))
	}
	return nil
}
