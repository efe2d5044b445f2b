package geoip

import (
	"context"
	"fmt"
	"os"
	"time"
)

// Watch looks at the database's file every Config.Interval and uses a new one
// as soon as it is there and sound. It returns when ctx ends, or at once for
// the built-in database. It reports each change and each refusal once.
//
// It polls, because a bind mount or a network file system may announce nothing.
func (d *DB) Watch(ctx context.Context) {
	if d.cfg.Path == "" {
		return
	}
	tick := time.NewTicker(d.cfg.Interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		switch swapped, err := d.Reload(); {
		case err != nil:
			d.cfg.Log.WarnContext(ctx, "location database not replaced; the one loaded before stays in use", "err", err)
		case swapped:
			desc := d.Description()
			d.cfg.Log.InfoContext(ctx, "location database replaced", "file", desc.Source, "type", desc.Type, "built", desc.Built, "nodes", desc.Nodes)
		}
	}
}

// Reload looks at the file once and, if it is not the one seen last (by time of
// change, size and identity, and by its content when that was new), reads and checks
// it. A sound file replaces the
// old database at once for all lookups that begin afterwards; with any other
// the old one stays, the error says why, and the file is not read again until
// it changes. swapped is false also when there was nothing to do.
func (d *DB) Reload() (swapped bool, err error) {
	if d.cfg.Path == "" {
		return false, nil
	}
	d.reloading.Lock()
	defer d.reloading.Unlock()

	info, statErr := os.Stat(d.cfg.Path)
	if statErr != nil {
		missing := d.seen.info == nil // still
		if d.seen = (state{}); missing {
			return false, nil
		}
		return false, d.refuse(fmt.Errorf("location database %s: %w", d.cfg.Path, bare(statErr)))
	}
	like, sure := d.seen.like(info)
	if sure {
		return false, nil
	}
	// The state is the one from before the reading: if somebody is still
	// writing, the next look finds a difference and reads again.
	before := d.seen
	next, seen, err := read(d.cfg.Path)
	if seen.info == nil {
		seen.info = info // it can't be read
	}
	if d.seen = seen; like && seen.sum == before.sum {
		return false, nil
	}
	if err != nil {
		return false, d.refuse(err)
	}
	d.current.Store(next)
	d.refused.Store(nil)
	return true, nil
}

func (d *DB) refuse(err error) error {
	why := err.Error()
	d.refused.Store(&why)
	return err
}
