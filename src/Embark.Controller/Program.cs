using Embark.Controller;

return await ControllerCommand.RunAsync(args);
