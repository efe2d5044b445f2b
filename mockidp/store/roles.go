package store

import (
	"context"
	"database/sql"
	"time"
)

// Role is what users are given by name; its permissions are the API's business.
type Role struct {
	ID          string // "rol_" and random characters
	Name        string
	Description string
}

// CreateRole stores r and fills its ID when that is empty. A name in use is ErrExists.
func (s *Store) CreateRole(ctx context.Context, r *Role) error {
	if r.ID == "" {
		r.ID = "rol_" + randomHex(8)
	}
	return s.write(ctx, func(l *lane) error {
		_, err := l.exec(ctx, `INSERT INTO roles (id, name, description, created_at) VALUES ($1, $2, $3, $4)`, r.ID, r.Name, r.Description, ms(time.Now()))
		return err
	})
}

// Roles returns all roles by name.
func (s *Store) Roles(ctx context.Context) (roles []*Role, err error) {
	err = s.list(ctx, func(l *lane) error {
		roles, err = l.roles(ctx, `SELECT id, name, description FROM roles ORDER BY name`)
		return err
	})
	return roles, err
}

// UserRoles returns the roles of a user by name. They come from a cache: callers
// must not change them.
func (s *Store) UserRoles(ctx context.Context, userID string) ([]*Role, error) {
	return cached(ctx, s,
		func(c *cache) ([]*Role, bool) { roles, ok := c.roles[userID]; return roles, ok },
		func(l *lane) ([]*Role, error) {
			return l.roles(ctx, `SELECT r.id, r.name, r.description FROM user_roles u JOIN roles r ON r.id = u.role_id WHERE u.user_id = $1 ORDER BY r.name`, userID)
		},
		func(c *cache, roles []*Role) {
			if len(c.roles) >= maxCached {
				clear(c.roles)
			}
			c.roles[userID] = roles
		})
}

func (l *lane) roles(ctx context.Context, query string, args ...any) (roles []*Role, err error) {
	err = l.rows(ctx, query, args, func(r *sql.Rows) error {
		role := new(Role)
		roles = append(roles, role)
		return r.Scan(&role.ID, &role.Name, &role.Description)
	})
	return roles, err
}

// AssignRoles gives the user the roles with these ids, those they have already
// included. A user or a role that does not exist is ErrNotFound, and nothing is given.
func (s *Store) AssignRoles(ctx context.Context, userID string, roleIDs ...string) error {
	return s.tx(ctx, func(l *lane) error {
		for _, id := range roleIDs {
			if _, err := l.exec(ctx, `DELETE FROM user_roles WHERE user_id = $1 AND role_id = $2`, userID, id); err != nil {
				return err
			}
			err := l.change(ctx, ErrNotFound, `INSERT INTO user_roles (user_id, role_id) SELECT u.id, r.id FROM users u, roles r WHERE u.id = $1 AND r.id = $2`, userID, id)
			if err != nil {
				return err
			}
		}
		return nil
	}, func(c *cache) { delete(c.roles, userID) })
}

// RemoveRoles takes the roles with these ids from the user; those they lack are no error.
func (s *Store) RemoveRoles(ctx context.Context, userID string, roleIDs ...string) error {
	return s.tx(ctx, func(l *lane) error {
		for _, id := range roleIDs {
			if _, err := l.exec(ctx, `DELETE FROM user_roles WHERE user_id = $1 AND role_id = $2`, userID, id); err != nil {
				return err
			}
		}
		return nil
	}, func(c *cache) { delete(c.roles, userID) })
}

// Role returns the role with id, or ErrNotFound.
func (s *Store) Role(ctx context.Context, id string) (*Role, error) {
	r := new(Role)
	err := s.read(ctx, func(l *lane) error {
		return l.row(ctx, `SELECT id, name, description FROM roles WHERE id = $1`, []any{id}, &r.ID, &r.Name, &r.Description)
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// UpdateRole replaces the name and the description of the role with r's ID;
// ErrNotFound, ErrExists.
func (s *Store) UpdateRole(ctx context.Context, r *Role) error {
	return s.write(ctx, func(l *lane) error {
		return l.change(ctx, ErrNotFound, `UPDATE roles SET name = $2, description = $3 WHERE id = $1`, r.ID, r.Name, r.Description)
	}, dropRoles)
}

// DeleteRole deletes the role and takes it from everybody who has it; ErrNotFound.
func (s *Store) DeleteRole(ctx context.Context, id string) error {
	return s.write(ctx, func(l *lane) error { return l.change(ctx, ErrNotFound, `DELETE FROM roles WHERE id = $1`, id) }, dropRoles)
}

func dropRoles(c *cache) { clear(c.roles) }

// RoleUsers returns the users who have the role, in the order of their creation.
func (s *Store) RoleUsers(ctx context.Context, roleID string) ([]*User, error) {
	return s.usersWhere(ctx, `id IN (SELECT user_id FROM user_roles WHERE role_id = $1)`, roleID)
}

// usersWhere returns the users that the condition picks, in the order of their creation.
func (s *Store) usersWhere(ctx context.Context, where string, args ...any) (users []*User, err error) {
	err = s.list(ctx, func(l *lane) error {
		return l.rows(ctx, `SELECT `+userColumns+` FROM users WHERE `+where+` ORDER BY seq, id`, args, func(r *sql.Rows) error {
			users = append(users, new(User))
			return r.Scan(users[len(users)-1].columns()...)
		})
	})
	return users, err
}
