/// Which page of a list is answered, as the published API describes it.
struct Pagination {
    /// From 1.
    var number: Int
    var limit: Int
    var total: Int

    private var pages: Int { max(1, (total + limit - 1) / limit) }

    /// The positions of the page's entries; none past the end.
    var range: Range<Int> {
        let (start, overflow) = (number - 1).multipliedReportingOverflow(by: limit)
        guard !overflow, start < total else { return total..<total }
        return start..<min(start + limit, total)
    }

    /// The numbers of the next and the previous page are left out where there is none; from far past the end, the page
    /// before is the last one that there is.
    var json: JSONValue {
        let next = number < pages ? number + 1 : nil
        let previous = number > 1 ? min(number - 1, pages) : nil
        return .members([
            "number": .integer(Int64(number)),
            "next_page_number": next.map { .integer(Int64($0)) },
            "previous_page_number": previous.map { .integer(Int64($0)) },
            "paginator": .members(["num_pages": .integer(Int64(pages))]),
            "has_next": .bool(next != nil),
            "has_previous": .bool(previous != nil),
        ])
    }
}
