extension OpenAPIDocument {
    static let lobbyServicePaths = #"""
        "/l/{lobby_name}/lobbies": {
          "parameters": [{"name": "lobby_name", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}}],
          "get": {
            "operationId": "listLobbies", "tags": ["Lobby service"], "summary": "List the lobbies", "security": [],
            "description": "First those that can be joined, are not full and whose host is there, then the newest; nobody's sixth lobby stands before everybody's first five. Without page and limit: the first 100.",
            "parameters": [
              {"name": "tags", "in": "query", "description": "Only lobbies that have all of these tags; several with commas, at most 32.", "schema": {"type": "string"}},
              {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}},
              {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 100}}
            ],
            "responses": {
              "200": {"description": "The lobbies of the page.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LobbyList"}}}},
              "400": {"$ref": "#/components/responses/Invalid"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "429": {"$ref": "#/components/responses/TooMany"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          },
          "post": {
            "operationId": "createLobby", "tags": ["Lobby service"], "summary": "Create a lobby as its host", "security": [],
            "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LobbyCreate"}, "example": {"name": "deathmatch", "capacity": 8, "is_joinable": true, "player": {"id": "ada"}, "tags": ["eu"]}}}},
            "responses": {
              "200": {"description": "The lobby.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Lobby"}}}},
              "400": {"$ref": "#/components/responses/Invalid"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "408": {"$ref": "#/components/responses/Timeout"},
              "413": {"$ref": "#/components/responses/TooLarge"},
              "415": {"$ref": "#/components/responses/UnsupportedType"},
              "429": {"$ref": "#/components/responses/TooMany"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          },
          "delete": {
            "operationId": "deleteNoLobby", "tags": ["Lobby service"], "summary": "What a client sends that has lost the id: always 404", "security": [],
            "responses": {
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "429": {"$ref": "#/components/responses/TooMany"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        },
        "/l/{lobby_name}/lobbies/{lobby_id}": {
          "parameters": [{"name": "lobby_name", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}}, {"name": "lobby_id", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}}],
          "get": {
            "operationId": "getLobby", "tags": ["Lobby service"], "summary": "Get a lobby", "security": [],
            "responses": {
              "200": {"description": "The lobby. The assignment only for callers at the address of one of its players; tokens only of players at the caller's own address whom the relay has not heard for 10 s. With a key of the scope lobbies, everything.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Lobby"}}}},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "429": {"$ref": "#/components/responses/TooMany"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          },
          "patch": {
            "operationId": "updateLobby", "tags": ["Lobby service"], "summary": "Change a lobby; for its host", "security": [],
            "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LobbyUpdate"}, "example": {"is_joinable": false}}}},
            "responses": {
              "200": {"description": "The lobby in brief.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LobbyBrief"}}}},
              "400": {"$ref": "#/components/responses/Invalid"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "408": {"$ref": "#/components/responses/Timeout"},
              "409": {"$ref": "#/components/responses/Conflict"},
              "413": {"$ref": "#/components/responses/TooLarge"},
              "415": {"$ref": "#/components/responses/UnsupportedType"},
              "429": {"$ref": "#/components/responses/TooMany"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          },
          "delete": {
            "operationId": "deleteLobby", "tags": ["Lobby service"], "summary": "End a lobby and its game; for its host", "security": [],
            "responses": {
              "204": {"description": "It is gone, or was already."},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "429": {"$ref": "#/components/responses/TooMany"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        },
        "/l/{lobby_name}/lobbies/{lobby_id}/events": {
          "parameters": [{"name": "lobby_name", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}}, {"name": "lobby_id", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}}],
          "get": {
            "operationId": "lobbyEvents", "tags": ["Lobby service"], "summary": "Listen to a lobby (server-sent events)", "security": [],
            "responses": {
              "200": {"description": "Events lobby (how it stands), player_joined, player_left, started, ended.", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "429": {"$ref": "#/components/responses/TooMany"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        },
        "/l/{lobby_name}/lobbies:join": {
          "parameters": [{"name": "lobby_name", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}}],
          "post": {
            "operationId": "joinLobby", "tags": ["Lobby service"], "summary": "Join a lobby, started or not", "security": [],
            "description": "In a full lobby the seat of a player who was not heard for a minute is taken. 403: the host has barred this address. 429: this address has all the seats that one may have.",
            "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LobbyPlayerRequest"}, "example": {"lobby_id": "00112233aabbccdd", "player": {"id": "ada"}}}}},
            "responses": {
              "200": {"description": "The lobby.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Lobby"}}}},
              "400": {"$ref": "#/components/responses/Invalid"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "408": {"$ref": "#/components/responses/Timeout"},
              "409": {"$ref": "#/components/responses/Conflict"},
              "413": {"$ref": "#/components/responses/TooLarge"},
              "415": {"$ref": "#/components/responses/UnsupportedType"},
              "429": {"$ref": "#/components/responses/TooMany"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        },
        "/l/{lobby_name}/lobbies:leave": {
          "parameters": [{"name": "lobby_name", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}}],
          "post": {
            "operationId": "leaveLobby", "tags": ["Lobby service"], "summary": "Leave a lobby; where the host leaves, it ends; whom the host makes leave is barred", "security": [],
            "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LobbyPlayerRequest"}, "example": {"lobby_id": "00112233aabbccdd", "player": {"id": "ada"}}}}},
            "responses": {
              "204": {"description": "The player is not in the lobby any more."},
              "400": {"$ref": "#/components/responses/Invalid"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "408": {"$ref": "#/components/responses/Timeout"},
              "413": {"$ref": "#/components/responses/TooLarge"},
              "415": {"$ref": "#/components/responses/UnsupportedType"},
              "429": {"$ref": "#/components/responses/TooMany"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        },
        "/l/{lobby_name}/lobbies:start": {
          "parameters": [{"name": "lobby_name", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}}],
          "post": {
            "operationId": "startLobby", "tags": ["Lobby service"], "summary": "Start the game; for its host", "security": [],
            "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "required": ["lobby_id"], "properties": {"lobby_id": {"type": "string"}}}, "example": {"lobby_id": "00112233aabbccdd"}}}},
            "responses": {
              "200": {"description": "The lobby, with assignment and tokens.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Lobby"}}}},
              "400": {"$ref": "#/components/responses/Invalid"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "408": {"$ref": "#/components/responses/Timeout"},
              "413": {"$ref": "#/components/responses/TooLarge"},
              "415": {"$ref": "#/components/responses/UnsupportedType"},
              "429": {"$ref": "#/components/responses/TooMany"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        }
        """#

    static let lobbySchemas = #"""
        "LobbyName": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
        "LobbyDeployment": {
          "type": "object", "required": ["name", "url", "status"], "additionalProperties": false,
          "properties": {"name": {"type": "string"}, "url": {"type": "string", "description": "Of the lobby service; empty while not deployed."}, "status": {"type": "string", "enum": ["Created", "Released", "Terminated"]}}
        },
        "LobbyDeploymentList": {
          "type": "object", "required": ["count", "data", "pagination"], "additionalProperties": false,
          "properties": {
            "count": {"type": "integer", "minimum": 0}, "data": {"type": "array", "items": {"$ref": "#/components/schemas/LobbyDeployment"}},
            "pagination": {"type": "object"},
            "name": {"type": "string"}, "url": {"type": "string", "description": "Of the lobby service; empty while not deployed."}, "status": {"type": "string", "enum": ["Created", "Released", "Terminated"]}
          }
        },
        "LobbyCreate": {
          "type": "object", "required": ["name", "capacity", "player"],
          "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 128}, "capacity": {"type": "integer", "minimum": 1},
            "is_joinable": {"type": "boolean", "default": true},
            "player": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "minLength": 1, "maxLength": 128}}},
            "tags": {"type": "array", "maxItems": 32, "items": {"type": "string", "maxLength": 64}},
            "annotations": {"type": "array", "maxItems": 32, "items": {"type": "object", "required": ["key", "value"], "properties": {"inject": {"type": "boolean"}, "key": {"type": "string", "minLength": 1, "maxLength": 128}, "value": {"type": "string", "maxLength": 1024}}}}
          }
        },
        "LobbyUpdate": {
          "type": "object",
          "properties": {"capacity": {"type": "integer", "minimum": 1}, "is_joinable": {"type": "boolean"}, "tags": {"type": "array", "maxItems": 32, "items": {"type": "string", "maxLength": 64}}}
        },
        "LobbyPlayerRequest": {
          "type": "object", "required": ["lobby_id", "player"],
          "properties": {"lobby_id": {"type": "string"}, "player": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "minLength": 1, "maxLength": 128}}}}
        },
        "LobbyBrief": {
          "type": "object", "required": ["lobby_id", "name", "is_joinable", "is_started", "player_count", "capacity", "tags"], "additionalProperties": false,
          "properties": {
            "lobby_id": {"type": "string"}, "name": {"type": "string"},
            "is_joinable": {"type": "boolean"}, "is_started": {"type": "boolean"},
            "player_count": {"type": "integer", "minimum": 1}, "capacity": {"type": "integer", "minimum": 1},
            "tags": {"type": "array", "items": {"type": "string"}}
          }
        },
        "LobbyList": {
          "type": "object", "required": ["count", "data"], "additionalProperties": false,
          "properties": {"count": {"type": "integer", "minimum": 0, "description": "Of all pages."}, "data": {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/LobbyBrief"}}, "pagination": {"type": "object", "description": "Only where page or limit is given."}}
        },
        "Lobby": {
          "type": "object", "required": ["lobby_id", "name", "is_joinable", "is_started", "player_count", "capacity", "tags", "annotations", "players"], "additionalProperties": false,
          "properties": {
            "lobby_id": {"type": "string"}, "name": {"type": "string"},
            "is_joinable": {"type": "boolean"}, "is_started": {"type": "boolean"},
            "player_count": {"type": "integer", "minimum": 1}, "capacity": {"type": "integer", "minimum": 1},
            "tags": {"type": "array", "items": {"type": "string"}},
            "annotations": {"type": "array", "items": {"type": "object"}},
            "players": {"type": "array", "items": {
              "type": "object", "required": ["id", "is_host"], "additionalProperties": false,
              "properties": {"id": {"type": "string"}, "is_host": {"type": "boolean"}, "authorization_token": {"type": "integer", "description": "The player's user token, once started, for those who may see it."}}
            }},
            "assignment": {
              "type": "object", "required": ["ip", "host", "authorization_token", "ports"], "additionalProperties": false,
              "description": "Where the game is, once started.",
              "properties": {
                "ip": {"type": "string"}, "host": {"type": "string"},
                "authorization_token": {"type": "integer", "description": "The session's token."},
                "ports": {"type": "array", "items": {
                  "type": "object", "required": ["name", "port", "protocol"], "additionalProperties": false,
                  "properties": {"name": {"type": "string", "enum": ["server", "client"]}, "port": {"type": "integer"}, "protocol": {"type": "string", "const": "UDP"}}
                }}
              }
            }
          }
        }
        """#
}
