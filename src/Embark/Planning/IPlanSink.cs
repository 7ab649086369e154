namespace Embark.Planning;

/// <summary>Where a plan goes: a terminal, a VM, a folder or an archive. A sink never changes a plan.</summary>
public interface IPlanSink
{
    /// <summary>Delivers the plan.</summary>
    Task DeliverAsync(Plan plan, CancellationToken cancellationToken);
}
