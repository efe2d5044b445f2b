// What the auth0 SDK calls of the Management API: one line per method, with the
// HTTP method and the path below /api/v2/. A last word "page" or "take" makes it a
// list that is read page by page, of the member named after it; "as" wraps the body.
(function (host, need, bundled, declared) {
  // The names of version 4. Those that version 5 has too (shared) are meant in its
  // sense when the id is not in an object.
  const v4 = `
users.getAll GET users
users.get GET users/{id}
users.create POST users
users.update PATCH users/{id}
users.delete DELETE users/{id}
users.link POST users/{id}/identities
users.unlink DELETE users/{id}/identities/{provider}/{user_id}
users.getRoles GET users/{id}/roles
users.assignRoles POST users/{id}/roles
users.deleteRoles DELETE users/{id}/roles
users.getPermissions GET users/{id}/permissions
users.getUserOrganizations GET users/{id}/organizations
users.getLogs GET users/{id}/logs
users.getAuthenticationMethods GET users/{id}/authentication-methods
users.deleteAuthenticationMethods DELETE users/{id}/authentication-methods
users.deleteAuthenticationMethod DELETE users/{id}/authentication-methods/{authentication_method_id}
usersByEmail.getByEmail GET users-by-email?email={email}
roles.getAll GET roles
roles.get GET roles/{id}
roles.create POST roles
roles.update PATCH roles/{id}
roles.delete DELETE roles/{id}
roles.getUsers GET roles/{id}/users
roles.assignUsers POST roles/{id}/users
roles.getPermissions GET roles/{id}/permissions
organizations.getAll GET organizations
organizations.get GET organizations/{id}
organizations.getByName GET organizations/name/{name}
organizations.create POST organizations
organizations.update PATCH organizations/{id}
organizations.delete DELETE organizations/{id}
organizations.getMembers GET organizations/{id}/members
organizations.addMembers POST organizations/{id}/members
organizations.deleteMembers DELETE organizations/{id}/members
organizations.getMemberRoles GET organizations/{id}/members/{user_id}/roles
organizations.addMemberRoles POST organizations/{id}/members/{user_id}/roles
organizations.deleteMemberRoles DELETE organizations/{id}/members/{user_id}/roles
jobs.verifyEmail POST jobs/verification-email
connections.getAll GET connections
connections.get GET connections/{id}
clients.getAll GET clients
clients.get GET clients/{client_id}
logs.getAll GET logs
logs.get GET logs/{id}
actions.getAll GET actions/actions
actions.get GET actions/actions/{id}
actions.create POST actions/actions
actions.update PATCH actions/actions/{id}
actions.delete DELETE actions/actions/{id}
actions.deploy POST actions/actions/{id}/deploy
actions.test POST actions/actions/{id}/test
actions.getVersions GET actions/actions/{actionId}/versions
actions.getVersion GET actions/actions/{actionId}/versions/{id}
actions.deployVersion POST actions/actions/{actionId}/versions/{id}/deploy
actions.getExecution GET actions/executions/{id}
actions.getAllTriggers GET actions/triggers
actions.getTriggerBindings GET actions/triggers/{triggerId}/bindings
actions.updateTriggerBindings PATCH actions/triggers/{triggerId}/bindings`;
  const shared = ['get', 'create', 'update', 'delete', 'getByName', 'deploy', 'test'];

  // The names that only versions 5 to 7 have. They answer with the body itself.
  const v5 = `
users.list GET users page users
users.listUsersByEmail GET users-by-email?email={email}
users.identities.link POST users/{id}/identities
users.identities.delete DELETE users/{id}/identities/{provider}/{user_id}
users.roles.list GET users/{id}/roles page roles
users.roles.assign POST users/{id}/roles
users.roles.delete DELETE users/{id}/roles
users.permissions.list GET users/{id}/permissions page permissions
users.organizations.list GET users/{id}/organizations page organizations
users.logs.list GET users/{id}/logs page logs
users.authenticationMethods.list GET users/{id}/authentication-methods page authenticators
users.authenticationMethods.deleteAll DELETE users/{id}/authentication-methods
users.authenticationMethods.delete DELETE users/{id}/authentication-methods/{authentication_method_id}
roles.list GET roles page roles
roles.users.list GET roles/{id}/users take users
roles.users.assign POST roles/{id}/users
roles.permissions.list GET roles/{id}/permissions page permissions
organizations.list GET organizations take organizations
organizations.members.list GET organizations/{id}/members take members
organizations.members.create POST organizations/{id}/members
organizations.members.delete DELETE organizations/{id}/members
organizations.members.roles.list GET organizations/{id}/members/{user_id}/roles page roles
organizations.members.roles.assign POST organizations/{id}/members/{user_id}/roles
organizations.members.roles.delete DELETE organizations/{id}/members/{user_id}/roles
jobs.verificationEmail.create POST jobs/verification-email
connections.list GET connections take connections
clients.list GET clients page clients
logs.list GET logs page logs
actions.list GET actions/actions page actions
actions.versions.list GET actions/actions/{actionId}/versions page versions
actions.versions.get GET actions/actions/{actionId}/versions/{id}
actions.versions.deploy POST actions/actions/{actionId}/versions/{id}/deploy
actions.executions.get GET actions/executions/{id}
actions.triggers.list GET actions/triggers
actions.triggers.bindings.list GET actions/triggers/{triggerId}/bindings page bindings
actions.triggers.bindings.updateMany PATCH actions/triggers/{triggerId}/bindings`;

  // The names that only versions 2 and 3 have. They answer with the body itself too.
  const v3 = `
users.getByEmail GET users-by-email?email={email}
users.updateUserMetadata PATCH users/{id} as user_metadata
users.updateAppMetadata PATCH users/{id} as app_metadata
users.removeRoles DELETE users/{id}/roles
organizations.getByID GET organizations/{id}
organizations.removeMembers DELETE organizations/{id}/members
organizations.removeMemberRoles DELETE organizations/{id}/members/{user_id}/roles
getUsers GET users
getUsersByEmail GET users-by-email?email={email}
getUser GET users/{id}
createUser POST users
updateUser PATCH users/{id}
updateUserMetadata PATCH users/{id} as user_metadata
updateAppMetadata PATCH users/{id} as app_metadata
deleteUser DELETE users/{id}
linkUsers POST users/{id}/identities
unlinkUsers DELETE users/{id}/identities/{provider}/{user_id}
getUserLogs GET users/{id}/logs
getUserRoles GET users/{id}/roles
assignRolestoUser POST users/{id}/roles
removeRolesFromUser DELETE users/{id}/roles
getUserPermissions GET users/{id}/permissions
getRoles GET roles
getRole GET roles/{id}
createRole POST roles
updateRole PATCH roles/{id}
deleteRole DELETE roles/{id}
getUsersInRole GET roles/{id}/users
assignUsersToRole POST roles/{id}/users
getPermissionsInRole GET roles/{id}/permissions
getConnections GET connections
getConnection GET connections/{id}
getClients GET clients
getClient GET clients/{client_id}
getLogs GET logs
getLog GET logs/{id}
sendEmailVerification POST jobs/verification-email`;

  // major is the version that the Action declares; 0 when it does not or says
  // "latest": then the call itself shows which is meant.
  const major = parseInt(declared('auth0'), 10) || 0;
  const isShared = (name) => shared.includes(name.slice(name.lastIndexOf('.') + 1));
  // there tells whether that version has the call; nearly all names of 4 are in 3.
  const there = (name, style) => !major || (major >= 5 ? style === 5 || (style === 4 && isShared(name)) : major === 4 ? style === 4 : style !== 5);

  // index has the lines by name. They are taken apart when somebody calls them: most
  // Actions call two or three.
  const index = new Map();
  const read = (text, style) => {
    for (const line of text.split('\n')) {
      const name = line.slice(0, line.indexOf(' '));
      if (name && there(name, style)) index.set(name, { name, style, line });
    }
  };
  read(v4, 4);
  read(v5, 5);
  read(v3, 3);
  function parse({ name, style, line }) {
    const [, verb, path, mark, member] = line.split(' ');
    const call = { name, verb, path, style, ids: [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]) };
    if (mark) call[mark] = member;
    return call;
  }

  // arranged finds id, query, body and callback among the arguments of a call.
  function arranged(call, args) {
    const rest = [...args], out = { style: major ? Math.min(Math.max(major, 3), 5) : call.style, ids: {}, query: {} };
    if (major < 4 && typeof rest[rest.length - 1] === 'function') {
      out.callback = rest.pop();
      out.style = 3;
    }
    if (call.ids.length) {
      const object = typeof rest[0] === 'object' && rest[0] !== null;
      if (major === 4 && !object) rest[0] = {};
      if (major === 4 || (object && (major < 5 || call.path.includes('?')))) {
        out.query = { ...rest.shift() };
        for (const id of call.ids) { out.ids[id] = out.query[id]; delete out.query[id]; }
      } else {
        for (const id of call.ids) out.ids[id] = rest.shift();
        if (out.style === 4) out.style = isShared(call.name) ? 5 : 3;
      }
    }
    if (call.verb === 'GET') Object.assign(out.query, rest[0]);
    else {
      out.query = {}; // what else is beside the id names nothing that these calls know
      out.body = call.as ? { [call.as]: rest[0] } : rest[0];
    }
    return out;
  }

  const encode = encodeURIComponent;
  // address is the path of a call with its query; an array is the same name again.
  function address(call, { ids, query }) {
    let path = call.path.replace(/\{(\w+)\}/g, (_, id) => encode(String(ids[id])));
    for (const name of Object.keys(query)) {
      for (const value of [].concat(query[name])) {
        if (value !== undefined) path += (path.includes('?') ? '&' : '?') + encode(name) + '=' + encode(String(value));
      }
    }
    return path;
  }

  return { globals: {}, modules: {}, index, parse, major, arranged, address };
})
