package main

import (
	"testing"

	"github.com/supervisor-go/supervisor/pkg/tool/tooltest"
)

func TestMain(m *testing.M) { tooltest.Main(m, "logrotate") }

func TestScripts(t *testing.T) { tooltest.Scripts(t, "testdata/script") }

func TestManPage(t *testing.T) { tooltest.ManPage(t, spec, "../docs/man/supervisor-logrotate.1") }
