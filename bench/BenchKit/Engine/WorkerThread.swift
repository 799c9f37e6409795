import Glibc

/// A system thread of its own for work that must not share one with Swift's tasks.
enum WorkerThread {
    /// Runs `body` on a new thread and returns its result.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(BenchError) -> Value {
        let result: Result<Value, BenchError> = await withCheckedContinuation { continuation in
            let work = Unmanaged.passRetained(Work { continuation.resume(returning: .success(body())) })
            var thread = pthread_t()
            let status = pthread_create(
                &thread,
                nil,
                { argument in
                    if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
                    return nil
                },
                work.toOpaque()
            )
            if status == 0 {
                pthread_detach(thread)
            } else {
                work.release()
                let reason = String(cString: strerror(status))
                continuation.resume(returning: .failure(BenchError("Cannot start a sending thread: \(reason).")))
            }
        }
        return try result.get()
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }
}
