package store

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"time"
)

// The types below sit between a Go field and its column. Each is a
// sql.Scanner, which also keeps database/sql from using reflection per value.

// ms is a time as unix milliseconds; 0 is the zero time.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// fromMS is the time that ms made n of.
func fromMS(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// stored is t as it comes back from the database.
func stored(t time.Time) time.Time { return fromMS(ms(t)) }

type toTime struct{ t *time.Time }

func (d toTime) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("time is %T", src)
	}
	*d.t = fromMS(n)
	return nil
}

type toInt struct{ n *int64 }

func (d toInt) Scan(src any) (err error) {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("number is %T", src)
	}
	*d.n = n
	return nil
}

// toMillis reads a duration kept in milliseconds.
type toMillis struct{ d *time.Duration }

func (d toMillis) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("duration is %T", src)
	}
	*d.d = time.Duration(n) * time.Millisecond
	return nil
}

// toBool reads BOOLEAN, which SQLite keeps as a number.
type toBool struct{ b *bool }

func (d toBool) Scan(src any) error {
	switch v := src.(type) {
	case int64:
		*d.b = v != 0
	case bool:
		*d.b = v
	default:
		return fmt.Errorf("boolean is %T", src)
	}
	return nil
}

// toSet is true when the column, a time, is not 0.
type toSet struct{ b *bool }

func (d toSet) Scan(src any) error {
	n, ok := src.(int64)
	*d.b = ok && n != 0
	return nil
}

func addr(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

type toAddr struct{ a *netip.Addr }

func (d toAddr) Scan(src any) (err error) {
	s, ok := src.(string)
	*d.a = netip.Addr{}
	if ok && s != "" {
		*d.a, err = netip.ParseAddr(s)
	}
	return err
}

// asJSON is v as JSON, empty for a nil map or slice.
func asJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if string(b) == "null" {
		return "", err
	}
	return string(b), err
}

type toJSON struct{ v any }

func (d toJSON) Scan(src any) error {
	s, _ := src.(string)
	if s == "" {
		return nil
	}
	return json.Unmarshal([]byte(s), d.v)
}

type toRaw struct{ v *json.RawMessage }

func (d toRaw) Scan(src any) error {
	s, _ := src.(string)
	*d.v = json.RawMessage(s)
	return nil
}

var _ = []sql.Scanner{toTime{}, toInt{}, toBool{}, toMillis{}, toSet{}, toAddr{}, toJSON{}, toRaw{}, toLines{}}

// randomHex is n random bytes as hex digits.
func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}
