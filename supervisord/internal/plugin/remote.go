package plugin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/api"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// remote is a plug-in out of process. The goroutine in run owns its life;
// calls come from any goroutine.
type remote struct {
	name     string
	endpoint *endpoint
	registry *api.Registry
	log      core.Logger
	timing   timing
	calls    chan struct{} // holds a token for each call that is being carried out
	lost     chan struct{} // holds a token when a call has found the plug-in gone

	// Of a program only.
	launcher Launcher
	program  Program
	dir      string // of the socket
}

func newRemote(o *Options, section *config.RPCInterface, t timing) (*remote, error) {
	r := &remote{
		name: section.Name, registry: o.Registry, log: o.Log, timing: t,
		calls: make(chan struct{}, t.maxCalls), lost: make(chan struct{}, 1),
	}
	if section.URL != "" {
		var err error
		r.endpoint, err = newEndpoint(section.URL)
		return r, err
	}
	if o.Launcher == nil {
		return nil, errors.New("rpcinterface.command is not supported here")
	}
	r.launcher = o.Launcher
	r.program = Program{Name: section.Name, Command: section.Command, Environ: environ(o, section)}
	return r, r.listen()
}

// listen makes the socket that the program is to accept connections from. It
// outlives the program, so that calls made while it starts are not refused.
func (r *remote) listen() error {
	dir, err := os.MkdirTemp("", "supervisor-rpc-")
	if err != nil {
		return err
	}
	r.dir = dir
	path := filepath.Join(dir, "socket")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		r.close()
		return err
	}
	defer l.Close()
	l.SetUnlinkOnClose(false)
	r.program.Socket, err = l.File()
	if err != nil {
		r.close()
		return err
	}
	r.endpoint = unixEndpoint(path)
	return nil
}

// close removes what listen has made.
func (r *remote) close() {
	if r.endpoint != nil {
		r.endpoint.client.CloseIdleConnections()
	}
	if r.program.Socket != nil {
		r.program.Socket.Close()
	}
	if r.dir != "" {
		os.RemoveAll(r.dir)
	}
}

// run keeps the plug-in going until the context ends.
func (r *remote) run(ctx context.Context) {
	if r.launcher == nil {
		r.attend(ctx, nil)
		return
	}
	pause := r.timing.least
	for ctx.Err() == nil {
		began := time.Now()
		running, err := r.launcher.Launch(r.program)
		if err != nil {
			r.warn("cannot be started: " + err.Error())
		} else {
			r.attend(ctx, running.Exited())
			if ctx.Err() != nil {
				running.Stop()
				return
			}
			r.warn("has ended")
		}
		if time.Since(began) >= r.timing.settled {
			pause = r.timing.least
		}
		sleep(ctx, pause)
		pause = min(2*pause, r.timing.most)
	}
}

// attend has the plug-in describe itself, and again whenever it was lost, until
// the context or the program ends.
func (r *remote) attend(ctx context.Context, exited <-chan struct{}) {
	pause, told := r.timing.least, false
	for {
		err := r.discover(whileRunning(ctx, exited))
		if err == nil {
			pause, told = r.timing.least, false
			select {
			case <-ctx.Done():
				return
			case <-exited:
				return
			case <-r.lost:
			}
			continue
		}
		if ctx.Err() != nil || hasEnded(exited) {
			return
		}
		if !told {
			r.warn("is not available: " + err.Error())
			told = true
		}
		select {
		case <-ctx.Done():
			return
		case <-exited:
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, r.timing.most)
	}
}

func hasEnded(exited <-chan struct{}) bool {
	select {
	case <-exited:
		return true
	default:
		return false
	}
}

// whileRunning returns a context that also ends with the program: nobody would
// answer on its socket then.
func whileRunning(ctx context.Context, exited <-chan struct{}) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if exited != nil {
		go func() {
			select {
			case <-exited:
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	return ctx, cancel
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// discover asks the plug-in for its methods and registers them.
func (r *remote) discover(ctx context.Context, done context.CancelFunc) error {
	defer done()
	ctx, cancel := context.WithTimeout(ctx, r.timing.call)
	defer cancel()
	found, ignored, err := describe(ctx, r.name, r.endpoint)
	if err != nil {
		return err
	}
	methods := make([]api.Method, len(found))
	for i := range found {
		methods[i] = found[i].method(r.caller(found[i].remote))
	}
	if err := r.registry.Replace(r.name, methods...); err != nil {
		return err
	}
	if len(ignored) > 0 {
		r.warn("has methods that cannot be offered: " + shortened(strings.Join(ignored, ", "), 1000))
	}
	r.log.Log(config.LevelInfo, fmt.Sprintf("RPC interface '%s' initialized: %d methods of the plug-in at %s", r.name, len(methods), r.endpoint.shown))
	return nil
}

// caller makes the function that passes the calls of one method on.
func (r *remote) caller(method string) api.Func {
	return func(ctx context.Context, args []any) (any, error) {
		ctx, cancel := context.WithTimeout(ctx, r.timing.call)
		defer cancel()
		select {
		case r.calls <- struct{}{}:
			defer func() { <-r.calls }()
		case <-ctx.Done():
			return nil, r.fault(errors.New("it is busy with other calls"))
		}
		for i := range args {
			args[i] = binary(args[i])
		}
		v, err := r.endpoint.call(ctx, method, args)
		if err != nil {
			if errors.Is(err, errSilent) {
				select {
				case r.lost <- struct{}{}:
				default:
				}
			}
			return nil, r.fault(err)
		}
		return binary(v), nil
	}
}

// fault passes the plug-in's own faults on, and makes one of anything else that
// is wrong with it.
func (r *remote) fault(err error) error {
	var f *wire.Fault
	if errors.As(err, &f) {
		return f
	}
	return wire.NewFault(wire.Failed, "the RPC plug-in '"+r.name+"' has failed: "+err.Error())
}

func (r *remote) warn(text string) {
	r.log.Log(config.LevelWarn, "RPC plug-in '"+r.name+"' "+text)
}
