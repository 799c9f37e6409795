extension OpenAPIDocument {
    static let addressPaths = #"""
        "/v1/ip": {
          "get": {
            "operationId": "getOwnAddress", "tags": ["IP addresses"], "summary": "The caller's address",
            "responses": {
              "200": {"description": "The address that the request came from.", "content": {"application/json": {"schema": {
                "type": "object", "required": ["public_ip"], "additionalProperties": false,
                "properties": {"public_ip": {"$ref": "#/components/schemas/IPAddress"}}
              }}}},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "500": {"$ref": "#/components/responses/Failure"}
            }
          }
        },
        "/v1/ip/{ip}/lookup": {
          "get": {
            "operationId": "lookUpAddress", "tags": ["IP addresses"], "summary": "Where an address is",
            "parameters": [{"name": "ip", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/IPAddress"}}],
            "responses": {
              "200": {"description": "What the geolocation database says.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AddressLookup"}}}},
              "400": {"$ref": "#/components/responses/Invalid"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "500": {"$ref": "#/components/responses/Failure"}
            }
          }
        },
        "/v1/ips/lookup": {
          "post": {
            "operationId": "lookUpAddresses", "tags": ["IP addresses"], "summary": "Where several addresses are",
            "description": "An address that the database does not know is answered without location.",
            "requestBody": {"required": true, "content": {"application/json": {
              "schema": {
                "type": "object", "required": ["addresses"],
                "properties": {"addresses": {"type": "array", "minItems": 1, "maxItems": 20, "items": {"$ref": "#/components/schemas/IPAddress"}}}
              },
              "example": {"addresses": ["198.51.100.7", "2001:db8::7"]}
            }}},
            "responses": {
              "200": {"description": "One answer for each address, in order.", "content": {"application/json": {"schema": {
                "type": "object", "required": ["addresses"], "additionalProperties": false,
                "properties": {"addresses": {"type": "array", "items": {"$ref": "#/components/schemas/AddressLookup"}}}
              }}}},
              "400": {"$ref": "#/components/responses/Invalid"},
              "401": {"$ref": "#/components/responses/Unauthorized"},
              "404": {"$ref": "#/components/responses/NotFound"},
              "408": {"$ref": "#/components/responses/Timeout"},
              "413": {"$ref": "#/components/responses/TooLarge"},
              "500": {"$ref": "#/components/responses/Failure"}
            }
          }
        }
        """#

    static let addressSchemas = #"""
        "Area": {
          "type": "object", "additionalProperties": false,
          "properties": {"code": {"type": "string", "examples": ["CA"]}, "name": {"type": "string", "examples": ["Canada"]}}
        },
        "AddressLookup": {
          "type": "object", "required": ["type", "ip_address"], "additionalProperties": false,
          "properties": {
            "type": {"type": "string", "enum": ["IPV4", "IPV6"]},
            "ip_address": {"type": "string", "description": "As it was sent."},
            "location": {
              "type": "object", "additionalProperties": false,
              "properties": {
                "continent": {"$ref": "#/components/schemas/Area"},
                "country": {"$ref": "#/components/schemas/Area"},
                "latitude": {"type": "number", "minimum": -90, "maximum": 90},
                "longitude": {"type": "number", "minimum": -180, "maximum": 180}
              }
            }
          }
        }
        """#

    static let operationsPaths = #"""
        "/": {
          "get": {
            "operationId": "frontPage", "tags": ["Operations"], "summary": "Where to go, for people", "security": [],
            "responses": {"200": {"description": "A short page.", "content": {"text/html": {"schema": {"type": "string"}}, "text/plain": {"schema": {"type": "string"}}}}}
          }
        },
        "/livez": {
          "get": {
            "operationId": "live", "tags": ["Operations"], "summary": "Whether the daemon runs", "security": [],
            "description": "On the listener of the metrics too, where the relay has one.",
            "responses": {"200": {"description": "It does.", "content": {"application/json": {"schema": {
              "type": "object", "required": ["status"], "properties": {"status": {"type": "string", "const": "ok"}}
            }}}}}
          }
        },
        "/readyz": {
          "get": {
            "operationId": "ready", "tags": ["Operations"], "summary": "Whether the daemon can serve", "security": [],
            "description": "On the listener of the metrics too, where the relay has one.",
            "responses": {
              "200": {"description": "It can.", "content": {"application/json": {"schema": {
                "type": "object", "required": ["status"], "properties": {"status": {"type": "string", "const": "ok"}}
              }}}},
              "503": {"description": "It cannot now.", "content": {"application/json": {"schema": {
                "type": "object", "required": ["status", "message"],
                "properties": {"status": {"type": "string", "const": "unavailable"}, "message": {"type": "string"}}
              }}}}
            }
          }
        },
        "/metrics": {
          "get": {
            "operationId": "metrics", "tags": ["Operations"], "summary": "Metrics for Prometheus", "security": [],
            "description": "Not here where the relay has a listener of its own for metrics.",
            "responses": {
              "200": {"description": "The text exposition format.", "content": {"text/plain": {"schema": {"type": "string"}}}},
              "404": {"$ref": "#/components/responses/NotFound"}
            }
          }
        },
        "/openapi.json": {
          "get": {
            "operationId": "describe", "tags": ["Operations"], "summary": "This document", "security": [],
            "responses": {"200": {"description": "OpenAPI 3.1.", "content": {"application/json": {"schema": {"type": "object"}}}}}
          }
        }
        """#
}
