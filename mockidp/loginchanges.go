package mockidp

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// What a flow changes besides the tokens: metadata, session, account.

// saveMetadata writes what the Actions set, also when the last of them denied
// the login, in one update (Auth0: "Manage user metadata with the post-login
// trigger"). A failed flow has no patches left.
func (f *loginFlow) saveMetadata(ctx context.Context) error {
	out := f.out
	patch := store.MetadataPatch{App: out.AppMetadata, User: out.UserMetadata}
	if out.Failed != nil || len(patch.App)+len(patch.User) == 0 {
		return nil
	}
	if _, err := f.s.cfg.Store.PatchMetadata(ctx, f.login.User.ID, patch, f.s.now()); err != nil {
		return fmt.Errorf("save metadata: %w", err)
	}
	return nil
}

// changeSession carries out api.session and api.authentication.recordMethod. A
// failed flow changes nothing.
func (f *loginFlow) changeSession(ctx context.Context, res *provider.Result) error {
	out, ss := f.out, f.login.Session
	if ss == nil || out.Failed != nil {
		return nil
	}
	now := f.s.now()
	if c := out.Session; c != nil && c.Revoke {
		end := f.s.cfg.Store.RevokeSession
		if c.PreserveRefreshToken {
			end = f.s.cfg.Store.EndSession
		}
		if err := end(ctx, ss.ID); err != nil {
			return fmt.Errorf("end session: %w", err)
		}
		return nil
	}
	var change store.SessionChanges
	if c := out.Session; c != nil {
		change.ExpiresAt, change.IdleExpiresAt, change.CookieMode = c.ExpiresAt.Time, c.IdleExpiresAt.Time, c.CookieMode
		if c.MetadataSet {
			change.Metadata = nonNil(c.Metadata)
		}
		res.CookieMode = c.CookieMode
	}
	for _, url := range out.RecordedMethods {
		if !slices.ContainsFunc(ss.Methods, func(m store.Method) bool { return m.Name == url }) {
			change.AddMethods = append(change.AddMethods, store.Method{Name: url, Timestamp: now})
		}
	}
	if out.Session == nil && len(change.AddMethods) == 0 {
		return nil
	}
	if _, err := f.s.cfg.Store.UpdateSession(ctx, ss.ID, change, now); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("change session: %w", err)
	}
	return nil // a session that was ended meanwhile needs no change
}

// primaryUser makes the account that api.authentication.setPrimaryUser names
// the subject. The account that logged in must be one of its linked identities:
// else any Action could hand out anybody's account.
func (f *loginFlow) primaryUser(ctx context.Context, res *provider.Result) error {
	id := f.out.PrimaryUser
	if id == "" || id == f.login.User.ID {
		return nil
	}
	u, err := f.s.cfg.Store.User(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	linked := false
	if err == nil {
		if linked, err = f.s.linked(ctx, u, f.login.User.ID); err != nil {
			return err
		}
	}
	if !linked {
		res.Deny = &provider.Deny{Code: "access_denied", Description: fmt.Sprintf("The primary user %s has no linked identity %s", id, f.login.User.ID)}
		return nil
	}
	res.User = u
	return nil
}

// changedScopes are the scopes that are granted after api.accessToken.addScope
// and removeScope; nil when nothing changed.
func changedScopes(asked []string, out *actions.Outcome) []string {
	if len(out.AddedScopes)+len(out.RemovedScopes) == 0 {
		return nil
	}
	granted := make([]string, 0, len(asked)+len(out.AddedScopes))
	for _, s := range slices.Concat(asked, out.AddedScopes) {
		if !slices.Contains(out.RemovedScopes, s) && !slices.Contains(granted, s) {
			granted = append(granted, s)
		}
	}
	return granted
}
