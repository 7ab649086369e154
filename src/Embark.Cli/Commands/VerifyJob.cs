using Embark.Checks;
using Embark.Delivery;

namespace Embark.Cli.Commands;

/// <summary>Wires a verification to the VM.</summary>
internal sealed class VerifyJob(ProofOptions options) : IVmJob
{
    public const string Kind = "Verify";

    public string Name => Kind;

    public async Task<Done> RunAsync(VmRun run, CancellationToken cancellationToken)
    {
        // Its own words would only stand between the table and who reads it.
        var (vm, _) = (run with { Output = TextWriter.Null }).OverSsh(VmPurpose.Leave);
        await using (vm)
        {
            var proof = await new Verify(run.Reader, new ProofOverSsh(run.Reader, vm, options, TimeProvider.System)).RunAsync(run.Reading, run.Name, cancellationToken);
            return new Done(null, proof);
        }
    }

    public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
