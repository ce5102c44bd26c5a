package store

import "errors"

// Errors to be told apart with errors.Is. What is returned wraps them and says which run and which warehouse.
var (
	// ErrNotFound: no run answers to the reference.
	ErrNotFound = errors.New("no such run")
	// ErrAmbiguous: several runs answer to it; the error lists them.
	ErrAmbiguous = errors.New("several runs answer to it")
	// ErrExists: a run of this id is in the warehouse already, finished or being written.
	ErrExists = errors.New("the run is in the warehouse already")
	// ErrDamaged: a file is not what it should be: cut short, empty or of another kind.
	ErrDamaged = errors.New("damaged")
	// ErrNoWarehouse: a folder that is not there, or holds something else.
	ErrNoWarehouse = errors.New("there is no warehouse")
	// ErrClaimed: another process has the name.
	ErrClaimed = errors.New("another process is at it")
	// ErrNewer: a file was written by a later llmbench, in a form this one does not know.
	ErrNewer = errors.New("written by a newer llmbench")
)
