using Embark.Controller.Expansion;
using Microsoft.Extensions.Hosting;

namespace Embark.Controller.Leading;

/// <summary>What only one controller of several may do.</summary>
internal sealed class LeadingService(LeaderElection election, ExpansionWatch expansion) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await election.RunAsync(expansion.RunAsync, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end that was asked for.
        }
    }
}
