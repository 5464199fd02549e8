// What a developer has set for his own servers must not lead a test there.
for (const name of Object.keys(process.env))
  if (/^(DO|TEMPORAL|SMTP|DATABASE|PG)[A-Z_]*$/.test(name)) delete process.env[name];
