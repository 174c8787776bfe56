package core

import (
	"reflect"

	"github.com/supervisor-go/supervisor/pkg/config"
)

func sameGroup(a, b *config.Group) bool { return reflect.DeepEqual(a, b) }

func processChange(a, b *config.Process) changeOf {
	if reflect.DeepEqual(a, b) {
		return unchanged
	}
	return needsRestart
}

func sameSocket(a, b *config.FastCGISocket) bool { return reflect.DeepEqual(a, b) }
