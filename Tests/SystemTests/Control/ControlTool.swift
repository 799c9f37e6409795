import Foundation
import Testing

extension TestDaemon {
    /// Where the daemon's control socket is unless a test moves it.
    var controlSocket: String { scratch.path("state/control.sock") }

    /// Runs causewayctl at this daemon; what it prints must hold no secret.
    func control(
        _ arguments: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> ProgramResult {
        try control(arguments, sourceLocation: sourceLocation)
    }

    func control(
        _ arguments: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> ProgramResult {
        let result = try runProgram(Executables.control, arguments, environment: ["CAUSEWAY_CONTROL": controlSocket])
        expectNoSecrets(in: result.output, sourceLocation: sourceLocation)
        return result
    }

    /// What a command prints with `--json`, which has to succeed.
    func controlJSON(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> JSON {
        try controlJSON(arguments, sourceLocation: sourceLocation)
    }

    func controlJSON(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation) throws -> JSON {
        let result = try runProgram(
            Executables.control,
            arguments + ["--json"],
            environment: ["CAUSEWAY_CONTROL": controlSocket]
        )
        expectNoSecrets(in: result.output, sourceLocation: sourceLocation)
        try #require(result.succeeded, "\(arguments): \(result.output)", sourceLocation: sourceLocation)
        return try JSON.parse(result.output.utf8)
    }

    /// What `why` finds, whose exit status has to fit to it.
    func whyFindings(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation) throws -> [JSON] {
        let result = try runProgram(
            Executables.control,
            ["why"] + arguments + ["--json"],
            environment: ["CAUSEWAY_CONTROL": controlSocket]
        )
        expectNoSecrets(in: result.output, sourceLocation: sourceLocation)
        let answer = try JSON.parse(result.output.utf8)
        let findings = try #require(answer["findings"]?.array, "\(result.output)", sourceLocation: sourceLocation)
        let hasProblem = findings.contains { $0["weight"]?.string == "problem" }
        let expected: Int32 = answer["is_user_known"]?.bool == false ? 2 : hasProblem ? 3 : 0
        #expect(result.ending == .exited(expected), "\(result.output)", sourceLocation: sourceLocation)
        return findings
    }

    /// The codes of what `why` finds, those about the relay as a whole left out.
    func whyCodes(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> [String] {
        let findings = try whyFindings(arguments, sourceLocation: sourceLocation)
        // A test that is held up for a moment looks like an uneven network.
        return findings.filter { $0["about"]?.string != "relay" }.compactMap { $0["code"]?.string }.filter {
            !$0.hasPrefix("link_")
        }
    }

    private func expectNoSecrets(in output: String, sourceLocation: SourceLocation) {
        let leaked = secrets.found(in: output)
        #expect(leaked.isEmpty, "secrets in what causewayctl printed\n\(output)", sourceLocation: sourceLocation)
    }
}
