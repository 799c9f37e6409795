import Foundation
import GeoLocation
import RelayConfig
import RelayHTTP
import RelayPlane
import RelaySystemd

/// What a configuration names outside of itself: files, directories, addresses. `run` and `check-config` open it by this one
/// code path: the one keeps it, the other lets go of it, and both say the same of what is wrong.
struct Premises {
    /// Certificate and key of the API; `nil` for plain HTTP.
    let credentials: TLSCredentials?
    /// Where addresses are.
    let locator: GeoLocator
    /// Who vouches for receivers of webhooks.
    let trust: WebhookTrust

    /// Something that is not as it has to be.
    struct Finding {
        /// The configuration key that names it.
        let key: String
        /// What, and what to do: a sentence.
        let words: String
        var weight = Weight.problem
    }

    /// What follows from a finding.
    enum Weight {
        /// The daemon does not start.
        case problem
        /// It does not start as long as another process has what it wants: that may be over by then.
        case passing
        /// It starts, and somebody should know.
        case advice
    }

    /// Opens everything.
    /// - Parameters:
    ///   - loaded: where each key was set.
    ///   - configuration: what is in force, with what `--dev` adds.
    ///   - inherited: sockets that this process has already and need not open.
    ///   - isCheck: whether the daemon may run beside this process, and what another process has is a warning.
    /// - Throws: all that is wrong, and what another process has where it does not become a warning.
    /// - Returns: what was opened, and what another process has.
    static func open(
        _ loaded: LoadedConfiguration,
        _ configuration: Configuration,
        inherited: [InheritedDescriptor],
        isCheck: Bool
    ) throws(ConfigurationErrors) -> (premises: Premises, warnings: [ConfigurationErrors.Problem]) {
        var findings: [Finding] = []
        let credentials = keep(&findings) { () throws(Failure) in try openCredentials(configuration.api.tls) }
        let locator = keep(&findings) { () throws(Failure) in try openLocator(configuration.geoip.database) }
        let trust = keep(&findings) { () throws(Failure) in try openTrust(configuration.webhook.caFile) }
        findings += stateFindings(configuration, isCheck: isCheck)
        findings += SocketSurvey(configuration, inherited, isCheck: isCheck).findings
        findings += descriptorFindings(configuration)
        // Games that go on in the memory of the process before do not end for a database that cannot be read: it is tried
        // again and again.
        let goesOn = !isCheck && inherited.contains { $0.name.hasPrefix(Inheritance.tablesPrefix) }
        if goesOn {
            for index in findings.indices where findings[index].key == "state.directory" {
                findings[index].weight = .advice
            }
        }
        let stopping = findings.filter { $0.weight == .problem || ($0.weight == .passing && !isCheck) }
        let problems =
            loaded.problemsForRun(seesCredentials: !isCheck) + stopping.map { loaded.problem($0.key, $0.words) }
        // If something could not be opened, there is a problem that says why.
        guard problems.isEmpty, let trust else { throw ConfigurationErrors(problems: problems) }
        let warnings =
            findings.map { loaded.problem($0.key, $0.words) }
            + trust.warnings.map { loaded.problem("webhook.ca_file", $0) }
        return (
            Premises(credentials: credentials ?? nil, locator: locator ?? GeoLocator(), trust: trust), warnings
        )
    }

    /// The certificate and key of the API.
    static func openCredentials(_ tls: Configuration.TLS) throws(Failure) -> TLSCredentials? {
        guard let certificate = tls.certificate, let key = tls.key else { return nil }
        do throws(ListenerError) {
            return try TLSCredentials(certificateFile: certificate, keyFile: key)
        } catch {
            throw Failure(key: error.key ?? "api.tls.certificate", words: error.message)
        }
    }

    /// The authorities that vouch for receivers of webhooks: those of the operator's file, and the system's.
    static func openTrust(_ caFile: String?) throws(Failure) -> WebhookTrust {
        do throws(ListenerError) {
            return try WebhookTrust(caFile: caFile, environment: ProcessInfo.processInfo.environment)
        } catch {
            throw Failure(key: error.key ?? "webhook.ca_file", words: error.message)
        }
    }

    private static func openLocator(_ database: String?) throws(Failure) -> GeoLocator {
        guard let database else { return GeoLocator() }
        do throws(GeoDatabaseError) {
            return GeoLocator(try GeoDatabase(path: database))
        } catch {
            throw Failure(key: "geoip.database", words: error.message)
        }
    }

    /// Why a part could not be opened.
    struct Failure: Error, CustomStringConvertible {
        let key: String
        let words: String

        var description: String { "\(key): \(words)" }
    }

    private static func keep<Part>(_ findings: inout [Finding], _ open: () throws(Failure) -> Part) -> Part? {
        do throws(Failure) {
            return try open()
        } catch {
            findings.append(Finding(key: error.key, words: error.words))
            return nil
        }
    }
}
