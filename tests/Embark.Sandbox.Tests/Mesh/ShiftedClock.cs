namespace Embark.Sandbox.Tests.Mesh;

/// <summary>The system's clock, which a test may put forward; timers that are due then fire.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<ShiftedTimer> _timers = [];
    private TimeSpan _shift;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return System.GetUtcNow() + _shift;
    }

    public void Forward(TimeSpan by)
    {
        List<ShiftedTimer> all;
        lock (_lock)
        {
            _shift += by;
            all = [.. _timers];
        }

        foreach (var timer in all)
            timer.Set();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ShiftedTimer(this, callback, state);
        lock (_lock)
            _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class ShiftedTimer : ITimer
    {
        private readonly ShiftedClock _clock;
        private readonly ITimer _inner;
        private DateTimeOffset? _due;

        public ShiftedTimer(ShiftedClock clock, TimerCallback callback, object? state)
        {
            _clock = clock;
            _inner = System.CreateTimer(_ =>
            {
                _due = null;
                callback(state);
            }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _due = dueTime == Timeout.InfiniteTimeSpan ? null : _clock.GetUtcNow() + dueTime;
            Set();
            return true;
        }

        public void Set()
        {
            if (_due is { } due)
                _inner.Change(due - _clock.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            lock (_clock._lock)
                _clock._timers.Remove(this);
            _inner.Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            Dispose();
            await _inner.DisposeAsync();
        }
    }
}
