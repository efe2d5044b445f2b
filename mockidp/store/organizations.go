package store

import (
	"context"
	"database/sql"
	"time"
)

// Organization is a customer of the tenant that users can log in to.
type Organization struct {
	ID          string // "org_" and random characters
	Name        string // lower case, unique
	DisplayName string
	Metadata    map[string]string
}

const organizationColumns = `id, name, display_name, metadata`

func (o *Organization) columns() []any {
	return []any{&o.ID, &o.Name, &o.DisplayName, toJSON{&o.Metadata}}
}

// CreateOrganization stores o and fills its ID when that is empty. A name in use is ErrExists.
func (s *Store) CreateOrganization(ctx context.Context, o *Organization) error {
	if o.ID == "" {
		o.ID = "org_" + randomHex(8)
	}
	metadata, err := asJSON(o.Metadata)
	if err != nil {
		return err
	}
	return s.write(ctx, func(l *lane) error {
		_, err := l.exec(ctx, `INSERT INTO organizations (`+organizationColumns+`, created_at) VALUES ($1, $2, $3, $4, $5)`, o.ID, o.Name, o.DisplayName, metadata, ms(time.Now()))
		return err
	})
}

// Organization returns the organization with this id or name, or ErrNotFound.
func (s *Store) Organization(ctx context.Context, idOrName string) (*Organization, error) {
	o := new(Organization)
	err := s.read(ctx, func(l *lane) error {
		return l.row(ctx, `SELECT `+organizationColumns+` FROM organizations WHERE id = $1 OR name = $1`, []any{idOrName}, o.columns()...)
	})
	if err != nil {
		return nil, err
	}
	return o, nil
}

// Organizations returns all organizations by name.
func (s *Store) Organizations(ctx context.Context) (list []*Organization, err error) {
	return s.organizations(ctx, `SELECT `+organizationColumns+` FROM organizations ORDER BY name`)
}

// UserOrganizations returns the organizations that a user belongs to, by name.
func (s *Store) UserOrganizations(ctx context.Context, userID string) (list []*Organization, err error) {
	return s.organizations(ctx, `SELECT id, name, display_name, metadata FROM organizations o JOIN organization_members m ON m.organization_id = o.id WHERE m.user_id = $1 ORDER BY name`, userID)
}

func (s *Store) organizations(ctx context.Context, query string, args ...any) (list []*Organization, err error) {
	err = s.list(ctx, func(l *lane) error {
		return l.rows(ctx, query, args, func(r *sql.Rows) error {
			list = append(list, new(Organization))
			return r.Scan(list[len(list)-1].columns()...)
		})
	})
	return list, err
}

// AddMembers makes the users with these ids members. An organization or a user
// that does not exist is ErrNotFound, and nobody is added.
func (s *Store) AddMembers(ctx context.Context, organizationID string, userIDs ...string) error {
	return s.tx(ctx, func(l *lane) error {
		for _, id := range userIDs {
			// The update changes nothing: it makes a member of long standing count as added.
			err := l.change(ctx, ErrNotFound, `INSERT INTO organization_members (organization_id, user_id) SELECT o.id, u.id FROM organizations o, users u WHERE o.id = $1 AND u.id = $2
				ON CONFLICT (organization_id, user_id) DO UPDATE SET user_id = $2`, organizationID, id)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// IsMember reports whether the user belongs to the organization.
func (s *Store) IsMember(ctx context.Context, organizationID, userID string) (bool, error) {
	var n int64
	err := s.read(ctx, func(l *lane) error {
		return l.row(ctx, `SELECT COUNT(*) FROM organization_members WHERE organization_id = $1 AND user_id = $2`, []any{organizationID, userID}, toInt{&n})
	})
	return n > 0, err
}

// UpdateOrganization replaces the name, the display name and the metadata of
// the organization with o's ID; ErrNotFound, ErrExists.
func (s *Store) UpdateOrganization(ctx context.Context, o *Organization) error {
	metadata, err := asJSON(o.Metadata)
	if err != nil {
		return err
	}
	return s.change(ctx, ErrNotFound, `UPDATE organizations SET name = $2, display_name = $3, metadata = $4 WHERE id = $1`, o.ID, o.Name, o.DisplayName, metadata)
}

// DeleteOrganization deletes the organization and its memberships; ErrNotFound.
func (s *Store) DeleteOrganization(ctx context.Context, id string) error {
	return s.change(ctx, ErrNotFound, `DELETE FROM organizations WHERE id = $1`, id)
}

// Members returns the users who belong to the organization, in the order of their creation.
func (s *Store) Members(ctx context.Context, organizationID string) ([]*User, error) {
	return s.usersWhere(ctx, `id IN (SELECT user_id FROM organization_members WHERE organization_id = $1)`, organizationID)
}

// RemoveMembers ends the membership of the users with these ids, and with it
// their roles there; those who are no members are no error.
func (s *Store) RemoveMembers(ctx context.Context, organizationID string, userIDs ...string) error {
	return s.tx(ctx, func(l *lane) error {
		for _, id := range userIDs {
			if _, err := l.exec(ctx, `DELETE FROM organization_members WHERE organization_id = $1 AND user_id = $2`, organizationID, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// MemberRoles returns the roles that a member has in the organization alone, by name.
func (s *Store) MemberRoles(ctx context.Context, organizationID, userID string) (roles []*Role, err error) {
	err = s.list(ctx, func(l *lane) error {
		roles, err = l.roles(ctx, `SELECT r.id, r.name, r.description FROM organization_member_roles m JOIN roles r ON r.id = m.role_id
			WHERE m.organization_id = $1 AND m.user_id = $2 ORDER BY r.name`, organizationID, userID)
		return err
	})
	return roles, err
}

// AssignMemberRoles gives a member roles in the organization, those they have
// already included. A membership or a role that does not exist is ErrNotFound,
// and nothing is given.
func (s *Store) AssignMemberRoles(ctx context.Context, organizationID, userID string, roleIDs ...string) error {
	return s.tx(ctx, func(l *lane) error {
		for _, id := range roleIDs {
			if _, err := l.exec(ctx, deleteMemberRole, organizationID, userID, id); err != nil {
				return err
			}
			err := l.change(ctx, ErrNotFound, `INSERT INTO organization_member_roles (organization_id, user_id, role_id)
				SELECT m.organization_id, m.user_id, r.id FROM organization_members m, roles r WHERE m.organization_id = $1 AND m.user_id = $2 AND r.id = $3`, organizationID, userID, id)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// RemoveMemberRoles takes roles in the organization from a member; those they
// lack are no error.
func (s *Store) RemoveMemberRoles(ctx context.Context, organizationID, userID string, roleIDs ...string) error {
	return s.tx(ctx, func(l *lane) error {
		for _, id := range roleIDs {
			if _, err := l.exec(ctx, deleteMemberRole, organizationID, userID, id); err != nil {
				return err
			}
		}
		return nil
	})
}

const deleteMemberRole = `DELETE FROM organization_member_roles WHERE organization_id = $1 AND user_id = $2 AND role_id = $3`
