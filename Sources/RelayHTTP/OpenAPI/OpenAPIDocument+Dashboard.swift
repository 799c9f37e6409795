extension OpenAPIDocument {
    static let dashboardPaths = #"""
        "/dashboard": {
          "get": {
            "operationId": "dashboard", "tags": ["Dashboard"], "summary": "A page that shows the relay", "security": [],
            "description": "It holds no data, and asks for a key with the scope monitor to get some.",
            "responses": {"200": {"description": "HTML with everything that it needs.", "content": {"text/html": {"schema": {"type": "string"}}}}}
          }
        },
        "/dashboard/events": {
          "get": {
            "operationId": "dashboardEvents", "tags": ["Dashboard"], "summary": "How the relay or a session is, once a second (server-sent events)",
            "description": "Scope monitor, read or admin. Without a session: history (the last hour), then overview. With one: session, and ended where it ends. The data is the page's own and may change with it.",
            "parameters": [
              {"name": "session", "in": "query", "description": "The ID of one session to watch.", "schema": {"type": "string"}},
              {"name": "show", "in": "query", "description": "Which sessions the overview lists; each list begins with those in which somebody does not get through, then others that are played.", "schema": {"type": "string", "enum": ["all", "problems", "live"], "default": "all"}},
              {"name": "page", "in": "query", "description": "Of the overview's sessions, 100 a page.", "schema": {"type": "integer", "minimum": 1, "maximum": 1000000000, "default": 1}}
            ],
            "responses": {
              "200": {"description": "Events until the client hangs up.", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
              "400": {"$ref": "#/components/responses/Invalid"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "403": {"$ref": "#/components/responses/Forbidden"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "429": {"$ref": "#/components/responses/TooMany"},
              "500": {"$ref": "#/components/responses/Failure"},
              "503": {"$ref": "#/components/responses/Unavailable"}
            }
          }
        }
        """#
}
