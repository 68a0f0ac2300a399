namespace AutoFlip;

/// <summary>The values of the model that stay at each client (<see cref="FederatedAlgorithm.Travels"/>), as a task's model needs
/// them.</summary>
/// <param name="experiment">The run's experiment.</param>
/// <param name="method">What it names.</param>
/// <param name="network">The full model.</param>
/// <remarks>They start from w_0, which clients draw for themselves: nothing is sent. Cost where there are some: a copy of the model per
/// task.</remarks>
sealed class LocalValues(Experiment experiment, Method method, Network network)
{
    readonly Lazy<Weights> _initial = new(() => method.Draw(experiment, network));

    /// <summary>The task with the initial local values in its model, which are the server's too.</summary>
    public ReceivedTask Initial(ReceivedTask task)
    {
        var local = task.Mask.Local;
        if (local.Kept == 0) return task;
        var values = task.Task.Weights.ToArray();
        local.Scatter(task.Mask.FullLocal.Gather(_initial.Value.Values), values);
        return With(task, values);
    }

    /// <summary>The task with a client's own local values in its model.</summary>
    /// <param name="task">With the initial ones.</param>
    /// <param name="memory">What the client keeps.</param>
    public static ReceivedTask Own(ReceivedTask task, StoredMemory memory)
    {
        if (task.Mask.Local.Kept == 0) return task;
        var values = task.Task.Weights.ToArray();
        return memory.Restore(StoredMemory.LocalName, values) ? With(task, values) : task;
    }

    static ReceivedTask With(ReceivedTask task, float[] values) =>
        task with { Task = task.Task with { Weights = new(task.Task.Weights.Layout, values) } };
}
