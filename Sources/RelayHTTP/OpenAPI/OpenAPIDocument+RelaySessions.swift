extension OpenAPIDocument {
    static let relaySessionPaths = #"""
        "/v1/relays/sessions": {
          "post": {
            "operationId": "createSession", "tags": ["Relay sessions"], "summary": "Create a relay session",
            "description": "The answer is ready to use: when it arrives, the relay accepts its tokens.",
            "parameters": [{"$ref": "#/components/parameters/IdempotencyKey"}],
            "requestBody": {"required": true, "content": {"application/json": {
              "schema": {"$ref": "#/components/schemas/SessionCreate"},
              "example": {"users": [{"ip": "198.51.100.7"}, {"ip": "203.0.113.9"}]}
            }}},
            "responses": {
              "200": {
                "description": "The session.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Session"}}},
                "links": {
                  "get": {"operationId": "getSession", "parameters": {"session_id": "$response.body#/session_id"}},
                  "health": {"operationId": "getSessionHealth", "parameters": {"session_id": "$response.body#/session_id"}},
                  "usage": {"operationId": "getSessionUsage", "parameters": {"session_id": "$response.body#/session_id"}},
                  "authorize": {"operationId": "authorizeUser", "requestBody": {"session_id": "$response.body#/session_id", "user_ip": "198.51.100.8"}},
                  "revoke": {"operationId": "revokeUser", "requestBody": {"session_id": "$response.body#/session_id", "authorization_token": "$response.body#/session_users/0/authorization_token"}},
                  "delete": {"operationId": "deleteSession", "parameters": {"session_id": "$response.body#/session_id"}}
                }
              },
              "400": {"$ref": "#/components/responses/Invalid"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "408": {"$ref": "#/components/responses/Timeout"},
              "409": {"$ref": "#/components/responses/Conflict"},
              "413": {"$ref": "#/components/responses/TooLarge"},
              "415": {"$ref": "#/components/responses/UnsupportedType"},
              "422": {"$ref": "#/components/responses/Mismatch"},
              "429": {"$ref": "#/components/responses/TooMany"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          },
          "get": {
            "operationId": "listSessions", "tags": ["Relay sessions"], "summary": "List the sessions, newest first",
            "description": "By page, or by cursor: pages shift while sessions end, so that some that live are on none; a cursor stays where it is.",
            "parameters": [
              {"name": "page", "in": "query", "description": "A page past the end is empty.", "schema": {"type": "integer", "minimum": 1, "maximum": 1000000000, "default": 1}},
              {"name": "limit", "in": "query", "description": "Sessions a page.", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}},
              {"name": "cursor", "in": "query", "description": "Empty to begin, then the next_cursor of each answer. In place of page.", "allowEmptyValue": true, "schema": {"type": "string", "maxLength": 16, "pattern": "^[0-9a-f]*$"}}
            ],
            "responses": {
              "200": {"description": "A page of sessions.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SessionList"}}}},
              "400": {"$ref": "#/components/responses/Invalid"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        },
        "/v1/relays/sessions/{session_id}": {
          "parameters": [{"name": "session_id", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/SessionID"}}],
          "get": {
            "operationId": "getSession", "tags": ["Relay sessions"], "summary": "Get a session",
            "responses": {
              "200": {"description": "The session.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SeenSession"}}}},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          },
          "delete": {
            "operationId": "deleteSession", "tags": ["Relay sessions"], "summary": "End a session",
            "responses": {
              "204": {"description": "The session has ended; no datagram of it passes any more."},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        },
        "/v1/relays/sessions:authorize-user": {
          "post": {
            "operationId": "authorizeUser", "tags": ["Relay sessions"], "summary": "Add a user to a session",
            "description": "The same address again is a new user with a token of its own.",
            "parameters": [{"$ref": "#/components/parameters/IdempotencyKey"}],
            "requestBody": {"required": true, "content": {"application/json": {
              "schema": {"$ref": "#/components/schemas/UserAuthorize"},
              "example": {"session_id": "7349356945f1-S", "user_ip": "198.51.100.8"}
            }}},
            "responses": {
              "200": {
                "description": "The session with the new user, without the others.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AuthorizedSession"}}},
                "links": {
                  "get": {"operationId": "getSession", "parameters": {"session_id": "$response.body#/session_id"}},
                  "revoke": {"operationId": "revokeUser", "requestBody": {"session_id": "$response.body#/session_id", "authorization_token": "$response.body#/session_user/authorization_token"}},
                  "delete": {"operationId": "deleteSession", "parameters": {"session_id": "$response.body#/session_id"}}
                }
              },
              "400": {"$ref": "#/components/responses/Invalid"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "408": {"$ref": "#/components/responses/Timeout"},
              "409": {"$ref": "#/components/responses/Conflict"},
              "413": {"$ref": "#/components/responses/TooLarge"},
              "415": {"$ref": "#/components/responses/UnsupportedType"},
              "422": {"$ref": "#/components/responses/Mismatch"},
              "429": {"$ref": "#/components/responses/TooMany"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        },
        "/v1/relays/sessions:revoke-user": {
          "post": {
            "operationId": "revokeUser", "tags": ["Relay sessions"], "summary": "Cut a user off for ever",
            "requestBody": {"required": true, "content": {"application/json": {
              "schema": {"$ref": "#/components/schemas/UserRevoke"},
              "example": {"session_id": "7349356945f1-S", "authorization_token": 21986334}
            }}},
            "responses": {
              "200": {
                "description": "The session without that user.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Session"}}},
                "links": {
                  "get": {"operationId": "getSession", "parameters": {"session_id": "$response.body#/session_id"}}
                }
              },
              "400": {"$ref": "#/components/responses/Invalid"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "408": {"$ref": "#/components/responses/Timeout"},
              "413": {"$ref": "#/components/responses/TooLarge"},
              "415": {"$ref": "#/components/responses/UnsupportedType"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        }
        """#

    static let relaySessionSchemas = #"""
        "SessionID": {"type": "string", "pattern": "^[0-9a-f]{12}-S$", "description": "In requests taken in any case, and without -S too: players read it out as a join code.", "examples": ["7349356945f1-S"]},
        "Token": {"type": "integer", "minimum": 1, "maximum": 2147483647},
        "SessionCreate": {
          "type": "object", "required": ["users"],
          "properties": {
            "users": {
              "type": "array", "minItems": 1, "description": "One for each player, at most as many as the relay's 'sessions.max_users'; an address may stand here twice.",
              "items": {"type": "object", "required": ["ip"], "properties": {"ip": {"$ref": "#/components/schemas/IPAddress"}}}
            },
            "filters": {
              "description": "What the relay's location has to be like; ignored by a relay without a configured location.",
              "anyOf": [{"type": "array", "items": {"$ref": "#/components/schemas/Filter"}}, {"type": "null"}]
            },
            "webhook_url": {
              "description": "An http or https URL that gets the session by POST once it is ready; empty for none.",
              "anyOf": [
                {"type": "string", "maxLength": 2048, "pattern": "^(https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:([1-9][0-9]{0,3}|[1-5][0-9]{4}))?(/[A-Za-z0-9._~/?=&-]*)?)?$"},
                {"type": "null"}
              ]
            }
          }
        },
        "Filter": {
          "type": "object", "required": ["field", "values", "filter_type"],
          "properties": {
            "field": {"type": "string", "description": "One of city, country, continent, region, administrative_division, location_tags, location; any other matches no relay.", "examples": ["country"]},
            "values": {"type": "array", "items": {"type": "string"}},
            "filter_type": {"type": "string", "enum": ["any", "all", "not"]}
          }
        },
        "UserAuthorize": {
          "type": "object", "required": ["session_id", "user_ip"],
          "properties": {
            "session_id": {"type": "string"},
            "user_ip": {"$ref": "#/components/schemas/IPAddress"}
          }
        },
        "UserRevoke": {
          "type": "object", "required": ["session_id", "authorization_token"],
          "properties": {
            "session_id": {"type": "string"},
            "authorization_token": {
              "description": "The user's token; the session's own is not one.",
              "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 9999999999},
                {"type": "string", "pattern": "^[0-9]{1,10}$"}
              ]
            }
          }
        },
        "SessionUser": {
          "type": "object", "required": ["ip_address", "authorization_token"], "additionalProperties": false,
          "properties": {
            "ip_address": {"type": "string", "description": "As it was sent."},
            "latitude": {"type": "number", "minimum": -90, "maximum": 90, "description": "Where a geolocation database knows it."},
            "longitude": {"type": "number", "minimum": -180, "maximum": 180},
            "authorization_token": {"$ref": "#/components/schemas/Token"}
          }
        },
        "Port": {
          "type": "object", "required": ["port", "protocol", "link"], "additionalProperties": false,
          "properties": {
            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            "protocol": {"type": "string", "const": "UDP"},
            "link": {"type": "string", "description": "host:port, an IPv6 address in brackets.", "examples": ["relay.example.net:32000"]}
          }
        },
        "Relay": {
          "type": "object", "required": ["ip", "host", "ports"], "additionalProperties": false,
          "properties": {
            "ip": {"type": "string"},
            "host": {"type": "string", "description": "Resolves to ip."},
            "ports": {
              "type": "object", "required": ["server", "client"], "additionalProperties": false,
              "properties": {"server": {"$ref": "#/components/schemas/Port"}, "client": {"$ref": "#/components/schemas/Port"}}
            }
          }
        },
        "SessionBase": {
          "type": "object", "required": ["session_id", "authorization_token", "status", "ready", "linked", "relay"],
          "properties": {
            "session_id": {"$ref": "#/components/schemas/SessionID"},
            "authorization_token": {"description": "The session's token.", "$ref": "#/components/schemas/Token"},
            "status": {"type": "string", "enum": ["READY", "INITIALIZING", "FAILED"]},
            "ready": {"type": "boolean"},
            "linked": {"type": "boolean"},
            "error": {"type": "string", "description": "Why status is FAILED."},
            "relay": {"$ref": "#/components/schemas/Relay"},
            "webhook_url": {"type": "string"},
            "webhook": {"$ref": "#/components/schemas/WebhookState"}
          }
        },
        "WebhookState": {
          "type": "object", "required": ["state"],
          "description": "How far the session's webhook is. A session has it only where the webhook is refused or given up; its health always, as far as it is known: after a restart of the relay only of webhooks that are still owed, or refused.",
          "properties": {
            "state": {"enum": ["pending", "delivered", "refused", "given_up"]},
            "message": {"type": "string", "description": "Why it was refused or given up, or why the last try failed."}
          }
        },
        "Session": {
          "allOf": [{"$ref": "#/components/schemas/SessionBase"}],
          "type": "object", "required": ["session_users"],
          "properties": {
            "session_users": {"type": "array", "description": "In the order in which they were added: those of the request first, in its order, duplicates included, then those of authorize-user. A revoked one is gone; the others keep their order.", "items": {"$ref": "#/components/schemas/SessionUser"}}
          },
          "unevaluatedProperties": false,
          "examples": [{
            "session_id": "7349356945f1-S", "authorization_token": 1500589645, "status": "READY", "ready": true, "linked": true,
            "session_users": [{"ip_address": "198.51.100.7", "latitude": 45.5088, "longitude": -73.5878, "authorization_token": 21986334}],
            "relay": {
              "ip": "203.0.113.2", "host": "7349356945f1.relay.example.net",
              "ports": {
                "server": {"port": 32000, "protocol": "UDP", "link": "7349356945f1.relay.example.net:32000"},
                "client": {"port": 32001, "protocol": "UDP", "link": "7349356945f1.relay.example.net:32001"}
              }
            },
            "webhook_url": "https://example.net/ready"
          }]
        },
        "SeenSession": {
          "description": "With a key of the scope monitor: without tokens, and of the webhook's URL the origin.",
          "anyOf": [{"$ref": "#/components/schemas/Session"}, {"$ref": "#/components/schemas/MonitoredSession"}]
        },
        "MonitoredSession": {
          "type": "object", "required": ["session_id", "status", "ready", "linked", "session_users", "relay"], "additionalProperties": false,
          "properties": {
            "session_id": {"$ref": "#/components/schemas/SessionID"},
            "status": {"type": "string", "enum": ["READY", "INITIALIZING", "FAILED"]},
            "ready": {"type": "boolean"},
            "linked": {"type": "boolean"},
            "error": {"type": "string"},
            "session_users": {"type": "array", "items": {
              "type": "object", "required": ["ip_address"], "additionalProperties": false,
              "properties": {"ip_address": {"type": "string"}, "latitude": {"type": "number"}, "longitude": {"type": "number"}}
            }},
            "relay": {"$ref": "#/components/schemas/Relay"},
            "webhook_url": {"type": "string", "description": "Its origin."}
          }
        },
        "AuthorizedSession": {
          "allOf": [{"$ref": "#/components/schemas/SessionBase"}],
          "type": "object", "required": ["session_user"],
          "properties": {"session_user": {"$ref": "#/components/schemas/SessionUser"}},
          "unevaluatedProperties": false
        },
        "SessionList": {
          "type": "object", "required": ["sessions", "total_count", "pagination"], "additionalProperties": false,
          "properties": {
            "sessions": {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/SeenSession"}},
            "total_count": {"type": "integer", "minimum": 0},
            "pagination": {"anyOf": [
              {
                "type": "object", "required": ["number", "paginator", "has_next", "has_previous"], "additionalProperties": false,
                "properties": {
                  "number": {"type": "integer", "minimum": 1},
                  "next_page_number": {"type": "integer", "minimum": 2},
                  "previous_page_number": {"type": "integer", "minimum": 1},
                  "paginator": {
                    "type": "object", "required": ["num_pages"], "additionalProperties": false,
                    "properties": {"num_pages": {"type": "integer", "minimum": 1}}
                  },
                  "has_next": {"type": "boolean"},
                  "has_previous": {"type": "boolean"}
                }
              },
              {
                "type": "object", "required": ["has_next", "has_previous"], "additionalProperties": false,
                "description": "By cursor.",
                "properties": {
                  "next_cursor": {"type": "string", "description": "Left out where nothing is left."},
                  "has_next": {"type": "boolean"},
                  "has_previous": {"type": "boolean"}
                }
              }
            ]}
          }
        }
        """#
}
