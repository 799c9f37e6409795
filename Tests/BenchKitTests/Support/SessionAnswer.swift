/// Answers of an API to a request for a session, as JSON.
enum SessionAnswer {
    /// Session `s<number>` with its tokens: the number and 5000, and ten times the number and 1, 2, 3 … for the users.
    static func ready(_ number: Int, users: Int = 3) -> String {
        let list = (0..<users).map { #"{"ip_address":"10.0.0.1","authorization_token":\#(number * 10 + $0 + 1)}"# }
        return #"""
            {"session_id":"s\#(number)","authorization_token":\#(number + 5000),"status":"READY","ready":true,
             "session_users":[\#(list.joined(separator: ","))],
             "relay":{"ip":"192.0.2.7","host":"r.example.net","ports":{"server":{"port":32000,"protocol":"UDP","link":"x"},
             "client":{"port":32001,"protocol":"UDP","link":"y"}}}}
            """#
    }

    /// The same session while a fleet still places it.
    static func placing(_ number: Int) -> String {
        #"{"session_id":"s\#(number)","status":"INITIALIZING","ready":false}"#
    }
}
