package dashboard

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// pastRun is a run of the login flow with what lists show of its record. A
// record is some 10 kB of JSON, so it is read once, and no more than this of it.
type pastRun struct {
	*store.Run
	summary
}

// summary is a part of what package mockidp writes as a run's record.
type summary struct {
	Event struct {
		User    struct{ Name, Email string } `json:"user"`
		Request struct {
			IP    string                                 `json:"ip"`
			GeoIP struct{ CityName, CountryCode string } `json:"geoip"`
		} `json:"request"`
	} `json:"event"`
	Result struct {
		IDToken map[string]json.RawMessage `json:"id_token"`
		Runs    []ranAction                `json:"runs"`
	} `json:"result"`
}

// ranAction is how an Action fared in a login.
type ranAction struct {
	ID         string  `json:"id"`
	Outcome    string  `json:"outcome"`
	DurationMS float64 `json:"duration_ms"`
}

func (a ranAction) took() time.Duration {
	return time.Duration(a.DurationMS * float64(time.Millisecond))
}

// runs returns the last runs of the login flow, the newest first; limit is to be small.
func (d *Dashboard) runs(ctx context.Context, limit int) ([]*pastRun, error) {
	rows, err := d.cfg.Store.Runs(ctx, limit)
	if err != nil {
		return nil, err
	}
	list := make([]*pastRun, len(rows))
	for i, row := range rows {
		list[i] = &pastRun{Run: row}
		if err := json.Unmarshal(row.Record, &list[i].summary); err != nil {
			return nil, fmt.Errorf("record of run %s: %w", row.ID, err)
		}
	}
	return list, nil
}

// who and where are what the event says of the person and the address.
func (p *pastRun) who() string { return cmp.Or(p.Event.User.Name, p.Event.User.Email, p.UserID) }

func (p *pastRun) where() string {
	switch g := p.Event.Request.GeoIP; {
	case g.CityName != "":
		return g.CityName + ", " + g.CountryCode
	case g.CountryCode != "":
		return g.CountryCode
	}
	return p.Event.Request.IP
}

// wholeRun is a run with all of its record, for the page of one login.
type wholeRun struct {
	*store.Run
	Event  json.RawMessage
	Result *actions.Outcome
}

func readRun(row *store.Run) (*wholeRun, error) {
	var record struct {
		Event  json.RawMessage  `json:"event"`
		Result *actions.Outcome `json:"result"`
	}
	if err := json.Unmarshal(row.Record, &record); err != nil {
		return nil, fmt.Errorf("record of run %s: %w", row.ID, err)
	}
	return &wholeRun{Run: row, Event: record.Event, Result: cmp.Or(record.Result, &actions.Outcome{})}, nil
}
