using Embark.Planning;

namespace Embark.Delivery;

/// <summary>Delivers nothing: for a look at what would be done.</summary>
public sealed class NoDelivery : IPlanSink
{
    /// <inheritdoc/>
    public Task DeliverAsync(Plan plan, CancellationToken cancellationToken) => Task.CompletedTask;
}
