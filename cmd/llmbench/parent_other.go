//go:build !linux

package main

import "syscall"

// endWithParent does nothing where the kernel cannot end the children of a killed process.
func endWithParent() *syscall.SysProcAttr { return nil }
