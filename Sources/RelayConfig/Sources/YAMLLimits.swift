/// What is refused before the parser sees it, and the parser's words made into advice.
enum YAMLLimits {
    /// The most aliases of a file: few enough that no nesting of them makes a long list.
    static let mostAliases = 16

    /// Refuses a text whose aliases could multiply into a bomb.
    ///
    /// The parser resolves aliases itself and compares keys by their whole content, so the bound must hold before. The
    /// count is of what can be an alias: a star before a letter, digit, `-` or `_`, outside comment lines.
    static func check(_ text: String) throws(YAMLSource.Failure) {
        var aliases = 0
        var position = Position(line: 1, column: 1)
        var isComment = false
        var isStartOfLine = true
        var afterStar = false
        for scalar in text.unicodeScalars {
            if scalar == "\n" {
                (isComment, isStartOfLine, afterStar) = (false, true, false)
                position = Position(line: position.line + 1, column: 1)
                continue
            }
            if isStartOfLine, scalar == "#" { isComment = true }
            if scalar != " " && scalar != "\t" { isStartOfLine = false }
            if afterStar, !isComment,
                scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "_"
            {
                aliases += 1
                guard aliases <= mostAliases else {
                    throw YAMLSource.Failure(
                        position: Position(line: position.line, column: position.column - 1),
                        message: "more than \(mostAliases) aliases (*name), write the values out"
                    )
                }
            }
            afterStar = scalar == "*"
            position.column += 1
        }
    }

    /// The parser's problem with what to do about it.
    static func explain(_ problem: String, context: String?) -> String {
        let context = context ?? ""
        if problem.contains("another document") { return "a second document starts here, keep one document" }
        if problem.contains("undefined alias") || context.contains("an alias") {
            return "a bare * starts an alias here, put a value that starts with * in quotes"
        }
        if problem.lowercased().contains("nesting level") {
            return "nested too deep, write at most 32 levels"
        }
        if problem.contains("cannot start any token") {
            return "this character cannot start a value, put the value in quotes and indent with spaces"
        }
        if context.contains("simple key") || problem.contains("':'") {
            return "a key here lacks its ':', write KEY: VALUE"
        }
        let place = context.isEmpty ? "" : " (\(context))"
        return "the text is not YAML: \(problem)\(place), check quotes, brackets and indentation"
    }

    /// What people cannot see and what often is why a parser gives up: a tab or an invisible character where a line begins or
    /// within it, on the line of the failure or on one before it.
    /// - Returns: `nil` where there is nothing of that kind.
    static func look(in text: String, upTo last: Int) -> YAMLSource.Failure? {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).prefix(last)
        for (index, scalars) in lines.enumerated().reversed() {
            let indentation = scalars.prefix { $0 == " " || $0 == "\t" }
            if let first = scalars.dropFirst(indentation.count).first, first == "#" { continue }
            let position = { Position(line: index + 1, column: $0 + 1) }
            let tab = indentation.firstIndex(of: "\t") ?? (index + 1 == last ? scalars.firstIndex(of: "\t") : nil)
            if let tab, indentation.count < scalars.count {
                return YAMLSource.Failure(
                    position: position(scalars.distance(from: scalars.startIndex, to: tab)),
                    message: "a tab stands here, and YAML takes no tabs: write spaces"
                )
            }
            if let hidden = InvisibleText.first(in: String(scalars)) {
                return YAMLSource.Failure(
                    position: position(hidden.place - 1),
                    message: InvisibleText.advice(hidden.name)
                )
            }
        }
        return nil
    }

    /// Line and column of the n-th character.
    static func position(ofCharacter offset: Int, in text: String) -> Position {
        let before = text.prefix(offset)
        let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
        return Position(line: max(1, lines.count), column: (lines.last?.unicodeScalars.count ?? 0) + 1)
    }
}
