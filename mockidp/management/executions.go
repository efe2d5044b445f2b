package management

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"example.com/postlogin/mockidp/store"
)

// execution is one run of a trigger's Actions (Auth0: "Get an execution").
type execution struct {
	ID        string            `json:"id"`
	TriggerID string            `json:"trigger_id"`
	Status    string            `json:"status"` // final, or suspended while the person is elsewhere
	Results   []executionResult `json:"results"`
	CreatedAt stamp             `json:"created_at"`
	UpdatedAt stamp             `json:"updated_at"`
}

type executionResult struct {
	ActionName string          `json:"action_name"`
	Error      *executionError `json:"error,omitempty"`
	StartedAt  stamp           `json:"started_at"`
	EndedAt    stamp           `json:"ended_at"`
}

type executionError struct {
	ID      string `json:"id"` // the kind of failure
	Message string `json:"msg"`
}

// executionJSON tells of a run. Its Actions are taken to have run one after the
// other from its beginning on: the record has how long each took.
func executionJSON(run *store.Run) (*execution, error) {
	var rec struct {
		Result struct {
			Runs []struct {
				Name       string  `json:"name"`
				DurationMS float64 `json:"duration_ms"`
				Outcome    string  `json:"outcome"`
				Error      *struct {
					Name    string `json:"name"`
					Message string `json:"message"`
				} `json:"error"`
			} `json:"runs"`
		} `json:"result"`
	}
	if err := json.Unmarshal(run.Record, &rec); err != nil {
		return nil, fmt.Errorf("record of run %s: %w", run.ID, err)
	}
	e := &execution{ID: run.ID, TriggerID: postLogin, Status: "final", Results: []executionResult{}, CreatedAt: stamp(run.At)}
	if run.Outcome == "suspended" {
		e.Status = run.Outcome
	}
	at := run.At
	for _, r := range rec.Result.Runs {
		res := executionResult{ActionName: r.Name, StartedAt: stamp(at)}
		at = at.Add(time.Duration(r.DurationMS * float64(time.Millisecond)))
		res.EndedAt = stamp(at)
		if r.Error != nil {
			res.Error = &executionError{ID: r.Outcome, Message: r.Error.Name + ": " + r.Error.Message}
		}
		e.Results = append(e.Results, res)
	}
	e.UpdatedAt = stamp(at)
	return e, nil
}

// getExecution is found by the transaction of the login, which the log names
// under details.actions.executions.
func (a *API) getExecution(r *http.Request) (any, error) {
	run, err := a.cfg.Store.Run(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, missing(err, "", "That execution does not exist.")
	}
	return executionJSON(run)
}
