using Embark.Checks;
using Embark.Cli.Output;
using Embark.Delivery;

namespace Embark.Cli.Commands;

/// <summary>A join that ends before anything is delivered.</summary>
internal sealed class CheckJob : IVmJob
{
    public string Name => "Check";

    public async Task<Done> RunAsync(VmRun run, CancellationToken cancellationToken)
    {
        var (vm, _) = run.OverSsh(VmPurpose.Look);
        await using (vm)
        {
            var join = new Join(run.Reader, vm, new NoDelivery(), new NoProof());
            var done = await (run is { Reading: { } reading, Mesh: { } mesh } ? join.RunAsync(reading, mesh.Value, cancellationToken) : join.RunAsync(run.Name, cancellationToken));
            run.Output.Write(done.Plan is { Steps.Count: > 0 } plan
                ? string.Concat(plan.Steps.SelectMany(step => StepLines.Of(plan, step)).Select(line => $"    {line}\n").Prepend($"{run.Name} can join; a join would\n"))
                : $"{run.Name} has joined; nothing would change\n");
            return done;
        }
    }

    public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
