process.stdout.write('ambassador\n');
