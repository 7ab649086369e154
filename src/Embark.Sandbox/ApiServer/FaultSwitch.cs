using System.Text.RegularExpressions;

namespace Embark.Sandbox.ApiServer;

/// <summary>Makes the API server misbehave on purpose. Faults of different kinds add up; of one kind the oldest that matches is used.</summary>
internal sealed class FaultSwitch
{
    private readonly Lock _lock = new();
    private readonly List<Armed> _armed = [];

    public void Add(params IEnumerable<Fault> faults)
    {
        lock (_lock)
            _armed.AddRange(faults.Select(fault => new Armed(fault)));
    }

    public void Clear()
    {
        lock (_lock)
            _armed.Clear();
    }

    /// <summary>Faults that still wait for requests, with what is left of their count.</summary>
    public IReadOnlyList<Fault> Pending
    {
        get
        {
            lock (_lock)
                return [.. _armed.Select(armed => armed.Fault with { Times = armed.Left })];
        }
    }

    /// <summary>The fault of this kind that hits the request; counts it. Null when none does.</summary>
    public T? Take<T>(string verb, string path)
        where T : Fault
    {
        lock (_lock)
        {
            var armed = _armed.Find(armed => armed.Fault is T && armed.Matches(verb, path));
            if (armed?.Left is { } left && (armed.Left = left - 1) == 0)
                _armed.Remove(armed);
            return (T?)armed?.Fault;
        }
    }

    private sealed class Armed(Fault fault)
    {
        public Fault Fault { get; } = fault;

        public int? Left { get; set; } = fault.Times;

        public bool Matches(string verb, string path) =>
            (Fault.Verb is null || Fault.Verb == verb) && (Fault.Path is null || Regex.IsMatch(path, Fault.Path, RegexOptions.None, TimeSpan.FromSeconds(1)));
    }
}
