extension OpenAPIDocument {
    static let monitorPaths = #"""
        "/v1/relays/sessions/{session_id}/health": {
          "parameters": [{"name": "session_id", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/SessionID"}}],
          "get": {
            "operationId": "getSessionHealth", "tags": ["Relay sessions"], "summary": "How well a session's datagrams arrive",
            "description": "A call of this relay's own. Tokens are not in it; the addresses of players are.",
            "responses": {
              "200": {"description": "The session's health, as of now.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SessionHealth"}}}},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        },
        "/v1/relays/sessions/{session_id}/usage": {
          "parameters": [{"name": "session_id", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/SessionID"}}],
          "get": {
            "operationId": "getSessionUsage", "tags": ["Relay sessions"], "summary": "What a session has used so far",
            "description": "A call of this relay's own. 'webhook.usage_url' gets the final figures when the session ends.",
            "responses": {
              "200": {"description": "The session's usage, as of now.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SessionUsage"}}}},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        }
        """#

    static let monitorSchemas = #"""
        "Count": {"type": "integer", "minimum": 0},
        "UserNumber": {"type": "integer", "minimum": 1, "description": "1 for the session's first user; numbers of revoked users are not used again."},
        "Rate": {
          "type": "object", "required": ["datagrams_per_second", "bytes_per_second"], "additionalProperties": false,
          "properties": {"datagrams_per_second": {"$ref": "#/components/schemas/Count"}, "bytes_per_second": {"$ref": "#/components/schemas/Count"}}
        },
        "Drops": {
          "type": "object", "description": "Dropped datagrams by reason, as in the metrics; only reasons of which there were some.",
          "additionalProperties": {"type": "integer", "minimum": 1}, "examples": [{"over_user_limit": 12}]
        },
        "Finding": {
          "type": "object", "required": ["code", "weight", "about", "what"], "additionalProperties": false,
          "properties": {
            "code": {"type": "string", "description": "A name that programs may rely on.", "examples": ["host_silent", "link_lossy"]},
            "weight": {"type": "string", "enum": ["good", "note", "problem"]},
            "about": {"type": "string", "enum": ["session", "user", "relay"]},
            "user": {"$ref": "#/components/schemas/UserNumber"},
            "what": {"type": "string"},
            "advice": {"type": "string"}
          }
        },
        "UserHealth": {
          "type": "object",
          "required": ["user", "ip_address", "host", "rate", "pings", "missed_pings", "gaps", "longest_gap_ms", "moves", "rejoins", "drops"],
          "additionalProperties": false,
          "properties": {
            "user": {"$ref": "#/components/schemas/UserNumber"},
            "ip_address": {"type": "string", "description": "As it was sent."},
            "host": {"type": "boolean", "description": "Whether the user hosts; its figures are then those of the server port."},
            "connection_id": {"type": "integer", "description": "The id under which the host knows the user."},
            "address": {"type": "string", "description": "Where it is heard from, with the port; absent where it never was, or not lately.", "examples": ["198.51.100.7:50123"]},
            "last_seen_ms": {"description": "Since it was heard; absent where it never was.", "$ref": "#/components/schemas/Count"},
            "rate": {"description": "What came within the last second.", "$ref": "#/components/schemas/Rate"},
            "jitter_ms": {"type": "number", "minimum": 0, "description": "How much the time between two PINGs varies; absent before there were three."},
            "pings": {"$ref": "#/components/schemas/Count"},
            "missed_pings": {"description": "PINGs that should have come in between, by one every half second.", "$ref": "#/components/schemas/Count"},
            "gaps": {"description": "Silences of a second and longer.", "$ref": "#/components/schemas/Count"},
            "longest_gap_ms": {"$ref": "#/components/schemas/Count"},
            "last_gap_ms": {"description": "Since the last gap ended; absent where there was none.", "$ref": "#/components/schemas/Count"},
            "moves": {"description": "Changes to another address or port.", "$ref": "#/components/schemas/Count"},
            "rejoins": {"$ref": "#/components/schemas/Count"},
            "drops": {"$ref": "#/components/schemas/Drops"},
            "last_drop_ms": {"description": "Since the last drop; absent where there was none.", "$ref": "#/components/schemas/Count"}
          }
        },
        "SessionHealth": {
          "type": "object", "required": ["session_id", "created_at", "used", "rate", "peak", "drops", "users", "findings"], "additionalProperties": false,
          "properties": {
            "session_id": {"$ref": "#/components/schemas/SessionID"},
            "created_at": {"type": "string", "format": "date-time"},
            "used": {"type": "boolean", "description": "Whether a valid datagram ever arrived."},
            "silence_ms": {"description": "Since anything valid was heard.", "$ref": "#/components/schemas/Count"},
            "rate": {"description": "What came from all users within the last second.", "$ref": "#/components/schemas/Rate"},
            "peak": {"description": "The most that came from all users within one second.", "$ref": "#/components/schemas/Rate"},
            "host": {
              "type": "object", "description": "Absent while nobody hosts.", "required": ["user"], "additionalProperties": false,
              "properties": {
                "user": {"$ref": "#/components/schemas/UserNumber"},
                "address": {"type": "string"},
                "last_seen_ms": {"$ref": "#/components/schemas/Count"}
              }
            },
            "drops": {"description": "With the session's token, and nobody's or a revoked user's.", "$ref": "#/components/schemas/Drops"},
            "users": {"type": "array", "items": {"$ref": "#/components/schemas/UserHealth"}},
            "webhook": {"$ref": "#/components/schemas/WebhookState"},
            "findings": {"type": "array", "description": "What causewayctl why says of the session.", "items": {"$ref": "#/components/schemas/Finding"}}
          }
        },
        "Usage": {
          "type": "object",
          "required": ["datagrams_from", "bytes_from", "datagrams_to", "bytes_to", "active_seconds", "peak_datagrams_per_second", "peak_bytes_per_second"],
          "description": "Bytes are UDP payload. Of the total, active_seconds is the sum, and the peak what came from all users within one second.",
          "properties": {
            "datagrams_from": {"description": "Valid datagrams from the user, PINGs among them.", "$ref": "#/components/schemas/Count"},
            "bytes_from": {"$ref": "#/components/schemas/Count"},
            "datagrams_to": {"description": "Forwarded to the user; answers to PINGs are not among them.", "$ref": "#/components/schemas/Count"},
            "bytes_to": {"$ref": "#/components/schemas/Count"},
            "active_seconds": {"description": "Seconds in which it sent something.", "$ref": "#/components/schemas/Count"},
            "peak_datagrams_per_second": {"$ref": "#/components/schemas/Count"},
            "peak_bytes_per_second": {"$ref": "#/components/schemas/Count"}
          }
        },
        "UserUsage": {
          "allOf": [{"$ref": "#/components/schemas/Usage"}],
          "type": "object", "required": ["user", "ip_address", "revoked"],
          "properties": {
            "user": {"$ref": "#/components/schemas/UserNumber"},
            "ip_address": {"type": "string", "description": "As it was sent."},
            "revoked": {"type": "boolean"}
          },
          "unevaluatedProperties": false
        },
        "SessionUsage": {
          "type": "object", "required": ["session_id", "created_at", "users", "total"], "additionalProperties": false,
          "properties": {
            "session_id": {"$ref": "#/components/schemas/SessionID"},
            "created_at": {"type": "string", "format": "date-time"},
            "users": {"type": "array", "description": "In the order of their numbers, revoked ones included.", "items": {"$ref": "#/components/schemas/UserUsage"}},
            "unlisted_users": {"type": "integer", "minimum": 1, "description": "Revoked users past the 256 newest: they are in the total alone."},
            "total": {"allOf": [{"$ref": "#/components/schemas/Usage"}], "unevaluatedProperties": false}
          }
        }
        """#
}
