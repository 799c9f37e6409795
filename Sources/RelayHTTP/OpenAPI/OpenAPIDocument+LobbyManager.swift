extension OpenAPIDocument {
    static let lobbyManagerPaths = #"""
        "/v1/lobbies": {
          "post": {
            "operationId": "createLobbyDeployment", "tags": ["Lobby manager"], "summary": "Create a lobby",
            "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "required": ["name"], "properties": {"name": {"$ref": "#/components/schemas/LobbyName"}}}, "example": {"name": "my-game"}}}},
            "responses": {
              "200": {"description": "The lobby, not deployed yet.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LobbyDeployment"}}}},
              "400": {"$ref": "#/components/responses/Invalid"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "408": {"$ref": "#/components/responses/Timeout"},
              "409": {"$ref": "#/components/responses/Conflict"},
              "413": {"$ref": "#/components/responses/TooLarge"},
              "429": {"$ref": "#/components/responses/TooMany"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          },
          "get": {
            "operationId": "listLobbyDeployments", "tags": ["Lobby manager"], "summary": "List the lobbies; where there is exactly one, its fields stand at the top level too",
            "responses": {
              "200": {"description": "All lobbies.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LobbyDeploymentList"}}}},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        },
        "/v1/lobbies/{lobby_name}": {
          "parameters": [{"name": "lobby_name", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}}],
          "get": {
            "operationId": "getLobbyDeployment", "tags": ["Lobby manager"], "summary": "Get a lobby",
            "responses": {
              "200": {"description": "The lobby.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LobbyDeployment"}}}},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          },
          "delete": {
            "operationId": "deleteLobbyDeployment", "tags": ["Lobby manager"], "summary": "Delete a lobby, its games included",
            "responses": {
              "200": {"description": "The lobby as it was.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LobbyDeployment"}}}},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        },
        "/v1/lobbies:deploy": {
          "post": {
            "operationId": "deployLobby", "tags": ["Lobby manager"], "summary": "Serve players",
            "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "required": ["name"], "properties": {"name": {"$ref": "#/components/schemas/LobbyName"}}}, "example": {"name": "my-game"}}}},
            "responses": {
              "202": {"description": "The lobby; its url works already.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LobbyDeployment"}}}},
              "400": {"$ref": "#/components/responses/Invalid"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "408": {"$ref": "#/components/responses/Timeout"},
              "413": {"$ref": "#/components/responses/TooLarge"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        },
        "/v1/lobbies:terminate": {
          "post": {
            "operationId": "terminateLobby", "tags": ["Lobby manager"], "summary": "Stop serving players, end the games",
            "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "required": ["name"], "properties": {"name": {"$ref": "#/components/schemas/LobbyName"}}}, "example": {"name": "my-game"}}}},
            "responses": {
              "200": {"description": "The lobby.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LobbyDeployment"}}}},
              "400": {"$ref": "#/components/responses/Invalid"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "408": {"$ref": "#/components/responses/Timeout"},
              "413": {"$ref": "#/components/responses/TooLarge"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        }
        """#
}
