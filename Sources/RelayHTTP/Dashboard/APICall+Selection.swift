internal import RelayControl

extension APICall {
    /// Which sessions a list shall show; `nil` where the query does not say.
    func querySelection(_ name: String) throws(RelayError) -> SessionSelection? {
        let texts = queryTexts(name)
        guard let text = texts.first else { return nil }
        guard texts.count == 1 else {
            throw RelayError(.invalid, "\(name) is given \(texts.count) times; send it once")
        }
        guard let selection = SessionSelection(rawValue: text) else {
            let known = SessionSelection.allCases.map(\.rawValue).joined(separator: ", ")
            throw RelayError(.invalid, "\(name) is \(text.quotedForMessage); send one of \(known)")
        }
        return selection
    }
}
