using System.Collections.Concurrent;
using TorchSharp;

namespace AutoFlip;

/// <summary>A fixed number of threads, each with a workspace of its own.</summary>
/// <remarks>Threads and not pool tasks, because libtorch keeps its number of intra-op threads, and dispose scopes, per thread.</remarks>
sealed class WorkerPool : IDisposable
{
    readonly BlockingCollection<Action<Lazy<Workspace>>> _jobs = [];
    readonly Thread[] _threads;

    /// <summary>Starts the threads.</summary>
    /// <param name="workers">How many.</param>
    /// <param name="threadsPerWorker">Intra-op threads of each.</param>
    /// <param name="create">Makes a thread's workspace, on that thread, from its number, which counts from 0.</param>
    public WorkerPool(int workers, int threadsPerWorker, Func<int, Workspace> create)
    {
        _threads = [.. Enumerable.Range(0, workers).Select(number => new Thread(() => Work(threadsPerWorker, () => create(number)))
        {
            IsBackground = true,
            Name = $"worker {number + 1}",
        })];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>Starts threads whose workspaces are alike.</summary>
    public WorkerPool(int workers, int threadsPerWorker, Func<Workspace> create)
        : this(workers, threadsPerWorker, _ => create())
    {
    }

    /// <summary>Number of threads.</summary>
    public int Workers => _threads.Length;

    /// <summary>Runs a job on the next free thread; what it throws reaches the awaiter.</summary>
    public Task<T> RunAsync<T>(Func<Workspace, T> job)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _jobs.Add(workspace =>
        {
            try
            {
                done.SetResult(job(workspace.Value)); // a workspace that cannot be made fails its job, not the thread
            }
            catch (OperationCanceledException e)
            {
                done.SetCanceled(e.CancellationToken);
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    /// <summary>Lets running jobs end, drops waiting ones and stops the threads.</summary>
    public void Dispose()
    {
        while (_jobs.TryTake(out _)) { }
        _jobs.CompleteAdding();
        foreach (var thread in _threads) thread.Join();
        _jobs.Dispose();
    }

    void Work(int threads, Func<Workspace> create)
    {
        var workspace = new Lazy<Workspace>(
            () =>
            {
                LibTorch.Require(); // here, so that a libtorch that cannot be loaded fails the job and not the process
                torch.set_num_threads(threads);
                return create();
            },
            isThreadSafe: false);
        foreach (var job in _jobs.GetConsumingEnumerable()) job(workspace);
        if (workspace.IsValueCreated) workspace.Value.Dispose();
    }
}
