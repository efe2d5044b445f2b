package management

import (
	"context"
	"net/http"
	"strings"
)

// rememberedBrowser is the type of the rows that let a browser skip the second
// factor. They are no authentication methods.
const rememberedBrowser = "remember-browser"

// factor is a second factor (Auth0: "Get a list of authentication methods").
type factor struct {
	ID        string `json:"id"`
	Type      string `json:"type"`
	Confirmed bool   `json:"confirmed"`
	Email     string `json:"email,omitempty"`
	Phone     string `json:"phone_number,omitempty"`
	CreatedAt stamp  `json:"created_at"`
}

func (a *API) factors(ctx context.Context, userID string) ([]factor, error) {
	rows, err := a.cfg.Store.Authenticators(ctx, userID)
	list := []factor{}
	for _, row := range rows {
		if row.Type == rememberedBrowser {
			continue
		}
		f := factor{ID: row.ID, Type: strings.Replace(row.Type, "otp", "totp", 1), Confirmed: true, CreatedAt: stamp(row.CreatedAt)}
		switch row.Type {
		case "email":
			f.Email = row.Target
		case "phone":
			f.Phone = row.Target
		}
		list = append(list, f)
	}
	return list, err
}

func (a *API) listFactors(r *http.Request) (any, error) {
	u, err := a.userOf(r)
	if err != nil {
		return nil, err
	}
	list, err := a.factors(r.Context(), u.ID)
	if err != nil {
		return nil, err
	}
	return paged(r, "authenticators", list)
}

// deleteFactors makes the user enrol anew. Browsers are forgotten with it.
func (a *API) deleteFactors(r *http.Request) (any, error) {
	u, err := a.userOf(r)
	if err != nil {
		return nil, err
	}
	return nil, a.cfg.Store.DeleteAuthenticators(r.Context(), u.ID)
}

func (a *API) deleteFactor(r *http.Request) (any, error) {
	u, err := a.userOf(r)
	if err != nil {
		return nil, err
	}
	return nil, missing(a.cfg.Store.DeleteAuthenticator(r.Context(), u.ID, r.PathValue("method")),
		"authentication_method_not_found", "The authentication method does not exist.")
}
