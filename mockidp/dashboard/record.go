package dashboard

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// pastRun is a run of the login flow with its record read.
type pastRun struct {
	*store.Run
	Event  json.RawMessage  // as the Actions got it, without secrets
	Result *actions.Outcome // never nil
}

// runs returns the last runs of the login flow, the newest first. A record is
// some 10 kB of JSON to read, so limit is to be small.
func (d *Dashboard) runs(ctx context.Context, limit int) ([]*pastRun, error) {
	rows, err := d.cfg.Store.Runs(ctx, limit)
	if err != nil {
		return nil, err
	}
	list := make([]*pastRun, len(rows))
	for i, row := range rows {
		var record struct { // what package mockidp writes
			Event  json.RawMessage  `json:"event"`
			Result *actions.Outcome `json:"result"`
		}
		if err := json.Unmarshal(row.Record, &record); err != nil {
			return nil, fmt.Errorf("record of run %s: %w", row.ID, err)
		}
		list[i] = &pastRun{Run: row, Event: record.Event, Result: cmp.Or(record.Result, &actions.Outcome{})}
	}
	return list, nil
}

// who and where are what the event says of the person and the address; "" when
// it does not.
func (p *pastRun) who() string {
	var e struct {
		User struct{ Name, Email string } `json:"user"`
	}
	if json.Unmarshal(p.Event, &e) != nil {
		return p.UserID
	}
	return cmp.Or(e.User.Name, e.User.Email, p.UserID)
}

func (p *pastRun) where() string {
	var e struct {
		Request struct {
			IP    string
			GeoIP struct{ CityName, CountryCode string } `json:"geoip"`
		} `json:"request"`
	}
	if json.Unmarshal(p.Event, &e) != nil {
		return ""
	}
	switch g := e.Request.GeoIP; {
	case g.CityName != "":
		return g.CityName + ", " + g.CountryCode
	case g.CountryCode != "":
		return g.CountryCode
	}
	return e.Request.IP
}
