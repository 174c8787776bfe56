package e2e

import (
	"fmt"
	"net/http"
	"net/http/fcgi"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// serveFastCGI is a FastCGI server: it answers requests on descriptor 0.
func serveFastCGI() int {
	err := fcgi.Serve(nil, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s serves %s", os.Getenv("SUPERVISOR_PROCESS_NAME"), r.URL.Path)
	}))
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// fastCGI asks a FastCGI server by a client that is not ours.
func fastCGI(client, address string) (string, error) {
	cmd := exec.Command(client, "-bind", "-connect", address)
	cmd.Env = []string{"REQUEST_METHOD=GET", "SERVER_PROTOCOL=HTTP/1.1", "SCRIPT_NAME=/page", "REQUEST_URI=/page", "CONTENT_LENGTH=0"}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// A real FastCGI server on a shared socket, and a real client: the socket is
// there before the first child, outlives its children, and is gone after the last.
func TestFastCGI(t *testing.T) {
	t.Parallel()
	client, err := exec.LookPath("cgi-fcgi")
	if err != nil {
		t.Skip("cgi-fcgi (Debian's libfcgi-bin) is not installed, so there is no FastCGI client: ", err)
	}
	d := newDaemon(t)
	socket := d.dir + "/app.sock"
	d.configure(fmt.Sprintf(`[fcgi-program:app]
command=%s
socket=unix://%s
socket_mode=0750
numprocs=2
process_name=%%(process_num)d
environment=%s="fcgi"
startsecs=0
autorestart=true
`, helper(), socket, helperVar))
	d.launch()
	d.up()
	answered := func() {
		t.Helper()
		d.eventually("an answer over FastCGI", func() (bool, any) {
			out, err := fastCGI(client, socket)
			return err == nil && strings.Contains(out, "serves /page"), out
		})
	}
	answered()
	st, err := os.Stat(socket)
	must(t, err)
	if st.Mode().Perm() != 0o750 || st.Mode()&os.ModeSocket == 0 {
		t.Errorf("the socket is %v", st.Mode())
	}
	inode := st.Sys().(*syscall.Stat_t).Ino

	for _, name := range []string{"app:0", "app:1"} {
		must(t, syscall.Kill(d.info(name).PID, syscall.SIGKILL))
	}
	answered()
	st, err = os.Stat(socket)
	must(t, err)
	if st.Sys().(*syscall.Stat_t).Ino != inode {
		t.Error("the socket was made anew although a child was restarted only")
	}

	d.stopp("app:0")
	answered() // by the other
	d.stopp("app:1")
	if out, err := fastCGI(client, socket); err == nil && strings.Contains(out, "serves") {
		t.Errorf("an answer after the last child was stopped: %q", out)
	}
	d.startp("app:1")
	answered()
}
